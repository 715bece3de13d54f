package io.httpconnector.definition.imports;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.definition.internal.DocumentParser;
import io.httpconnector.definition.internal.DocumentParser.ParsedDocument;
import io.httpconnector.internal.Arguments;
import java.util.List;

/**
 * Imports connectors from catalogues of other projects. What cannot be imported is listed, with its place and the reason.
 *
 * <pre>{@code
 * for (ImportedConnector imported : ConnectorImporter.nango(Files.readString(Path.of("providers.yaml")))) {
 *     imported.notes().forEach(note -> log.warn("{}: {}", imported.id(), note));
 *     ConnectorDefinition connector = imported.definition();
 * }
 * }</pre>
 */
public final class ConnectorImporter {

    private ConnectorImporter() {}

    /**
     * Imports the providers of Nango: authentication, base URL, header fields, query parameters, connection test, retries,
     * pagination, and the form that a user fills in.
     *
     * @param providers the text of a {@code providers.yaml}
     * @return a connector for each provider, in the order of the file
     * @throws InvalidDefinitionException if the text is not YAML, or has no providers
     */
    public static List<ImportedConnector> nango(String providers) {
        return NangoCatalogue.read(parse("Nango providers", providers));
    }

    /**
     * Imports a low-code manifest of Airbyte: each stream becomes a request with records and pages, and a polling trigger.
     *
     * @param id the ID of the connector, such as {@code source-shop}
     * @param manifest the text of a {@code manifest.yaml}
     * @return the connector
     * @throws InvalidDefinitionException if the text is not YAML, or has no streams
     */
    public static ImportedConnector airbyte(String id, String manifest) {
        return AirbyteManifest.read(Arguments.notNull(id, "ID of the connector"), parse("Airbyte manifest", manifest));
    }

    private static ParsedDocument parse(String name, String text) {
        ParsedDocument parsed;
        try {
            parsed = DocumentParser.parse(Arguments.notNull(text, name));
        } catch (InvalidDefinitionException e) {
            throw new InvalidDefinitionException(name, e.problems());
        }
        if (!parsed.tree().isObject()) {
            throw new InvalidDefinitionException(name, List.of("expected an object"));
        }
        return parsed;
    }
}
