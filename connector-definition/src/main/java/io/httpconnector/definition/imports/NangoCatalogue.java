package io.httpconnector.definition.imports;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.definition.internal.DocumentParser.ParsedDocument;
import io.httpconnector.definition.internal.DocumentParser.Place;
import io.httpconnector.internal.json.JsonMemberReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads the file with all providers of Nango, some of which have the members of others. */
final class NangoCatalogue {

    private static final String ALIAS = "alias";
    private static final int MAX_ALIASES = 10;

    private NangoCatalogue() {}

    static List<ImportedConnector> read(ParsedDocument file) {
        if (file.tree().isEmpty()
                || file.tree().properties().stream().noneMatch(provider -> isProvider(provider.getValue()))) {
            throw new InvalidDefinitionException(
                    "Nango providers", List.of("there is no provider with an auth_mode in the file"));
        }
        List<ImportedConnector> connectors = new ArrayList<>();
        // Once: the file has hundreds of providers.
        Map<String, Place> places = file.places();
        file.tree().properties().forEach(provider -> {
            NoteCollector notes = new NoteCollector(places);
            connectors.add(
                    new NangoConverter(provider.getKey(), item(file, provider.getKey(), notes), notes).convert());
        });
        return connectors;
    }

    private static boolean isProvider(JsonNode node) {
        return node.has("auth_mode") || node.has(ALIAS);
    }

    private static CatalogueItem item(ParsedDocument file, String name, NoteCollector notes) {
        CatalogueItem item = own(file, name, notes);
        String alias = item.text(ALIAS);
        for (int i = 0; alias != null; i++) {
            CatalogueItem other = own(file, alias, notes);
            if (!other.exists() || i == MAX_ALIASES) {
                item.at(ALIAS).note("there is no provider \"" + alias + "\"");
                return item;
            }
            item = item.withDefaults(other);
            alias = other.text(ALIAS);
        }
        return item;
    }

    private static CatalogueItem own(ParsedDocument file, String name, NoteCollector notes) {
        return new CatalogueItem(file.tree().path(name), "/" + JsonMemberReader.token(name), notes);
    }
}
