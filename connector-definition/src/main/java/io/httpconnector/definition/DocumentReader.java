package io.httpconnector.definition;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.definition.internal.DocumentParser.ParsedDocument;
import io.httpconnector.definition.internal.DocumentParser.Place;
import io.httpconnector.definition.internal.FormatMigrations;
import io.httpconnector.definition.internal.FormatMigrations.MigratedDocument;
import io.httpconnector.definition.internal.References;
import io.httpconnector.definition.internal.References.ResolvedDocument;
import io.httpconnector.internal.Arguments;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a parsed document: replaces its references, migrates it from an older version of the format, and reports its problems
 * where the author has written them. Immutable and thread-safe.
 */
final class DocumentReader {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectorDefinition.class);

    private static final int MAX_DEPTH = 200;

    private final ConnectorComponents components;
    private final FormatMigrations migrations;

    /**
     * Creates a reader.
     *
     * @param components the parts that are code
     * @param migrations the migrations of older versions of the format
     */
    DocumentReader(ConnectorComponents components, FormatMigrations migrations) {
        this.components = Arguments.notNull(components, "components");
        this.migrations = migrations;
    }

    /** Reads a document from a text, and logs that it should be written anew if it has an older format. */
    ConnectorDefinition read(ParsedDocument document) {
        ConnectorDefinition definition = definition(document);
        definition
                .migratedFrom()
                .ifPresent(from -> LOG.warn(
                        "Connector document {} has format {} and was migrated to format {}: save it by \"connector check"
                                + " --migrate\", or the result of toYaml()",
                        definition,
                        from,
                        migrations.format()));
        return definition;
    }

    /** Reads a document without a text. */
    ConnectorDefinition read(JsonNode json) {
        return definition(new ParsedDocument(json, "", List.of()));
    }

    private ConnectorDefinition definition(ParsedDocument document) {
        JsonNode json = document.tree();
        if (isDeeperThan(MAX_DEPTH, json)) {
            throw new InvalidDefinitionException(
                    "connector document", "it is nested too deeply: at most " + MAX_DEPTH + " levels are permitted");
        }
        ResolvedDocument resolved = References.resolve(json);
        MigratedDocument migrated = migrations.migrate(resolved.tree());
        List<LocatedProblem> problems = new ArrayList<>();
        List<LocatedProblem> ofReferences = resolved.problems().stream()
                .map(text -> LocatedProblem.of(text, json))
                .toList();
        migrated.problems().forEach(text -> problems.add(LocatedProblem.of(text, resolved.tree())));
        ConnectorReader reader = new ConnectorReader(migrated.tree(), components);
        try {
            var parts = reader.read();
            if (problems.isEmpty()
                    && ofReferences.isEmpty()
                    && document.problems().isEmpty()) {
                return new ConnectorDefinition(parts, components, migrated.from());
            }
        } catch (InvalidDefinitionException e) {
            e.problems().stream()
                    .filter(text -> !resolved.isConsequence(text))
                    .forEach(text -> problems.add(LocatedProblem.of(text, migrated.tree())
                            .from(reader.inherited())
                            .from(migrated.sources())));
        }
        throw invalid(
                document,
                Stream.concat(
                        ofReferences.stream(), problems.stream().map(problem -> problem.from(resolved.sources()))));
    }

    private static InvalidDefinitionException invalid(ParsedDocument document, Stream<LocatedProblem> problems) {
        Map<String, Place> places = document.places();
        Map<String, Place> values = document.valuePlaces();
        return new InvalidDefinitionException(
                "connector document",
                Stream.concat(document.problems().stream(), problems.map(problem -> problem.at(places, values)))
                        .distinct()
                        .toList());
    }

    private static boolean isDeeperThan(int levels, JsonNode json) {
        for (JsonNode child : json) {
            if (levels == 0 || isDeeperThan(levels - 1, child)) {
                return true;
            }
        }
        return false;
    }
}
