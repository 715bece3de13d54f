package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import io.httpconnector.ConnectorException;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;

/** How this library reads CSV, by Jackson: each row is an object of texts, by the names in the first row. */
final class CsvRows {

    private CsvRows() {}

    static void read(InputStream csv, char separator, Consumer<JsonNode> sink) throws IOException {
        try {
            Rows.read(csv, separator, sink);
        } catch (NoClassDefFoundError e) {
            throw new ConnectorException(
                    "Reading CSV needs the library com.fasterxml.jackson.dataformat:jackson-dataformat-csv: add it", e);
        }
    }

    /** Apart, because it can be loaded only where the library is. */
    private static final class Rows {
        private static final CsvMapper MAPPER = CsvMapper.builder()
                .enable(CsvParser.Feature.SKIP_EMPTY_LINES, CsvParser.Feature.TRIM_SPACES)
                .build();

        static void read(InputStream csv, char separator, Consumer<JsonNode> sink) throws IOException {
            CsvSchema schema = CsvSchema.emptySchema().withHeader().withColumnSeparator(separator);
            try (MappingIterator<JsonNode> rows =
                    MAPPER.readerFor(JsonNode.class).with(schema).readValues(csv)) {
                while (rows.hasNextValue()) {
                    sink.accept(rows.nextValue());
                }
            }
        }
    }
}
