package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import io.httpconnector.ConnectorException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Reads CSV with Jackson: each row becomes an object of texts, with the names in the first row as members. */
final class CsvRows {

    private CsvRows() {}

    /** Reads the rows and returns the names in the first row. */
    static List<String> read(InputStream csv, Charset charset, char separator, Consumer<JsonNode> sink)
            throws IOException {
        try {
            return Rows.read(csv, charset, separator, sink);
        } catch (NoClassDefFoundError e) {
            throw new ConnectorException(
                    "Reading CSV needs the library com.fasterxml.jackson.dataformat:jackson-dataformat-csv: add"
                            + " it to the class path",
                    e);
        }
    }

    /** A separate class, because it can be loaded only if the library is present. */
    private static final class Rows {
        private static final CsvMapper MAPPER = CsvMapper.builder()
                .enable(CsvParser.Feature.SKIP_EMPTY_LINES, CsvParser.Feature.TRIM_SPACES)
                .build();

        static List<String> read(InputStream csv, Charset charset, char separator, Consumer<JsonNode> sink)
                throws IOException {
            CsvSchema schema = CsvSchema.emptySchema().withHeader().withColumnSeparator(separator);
            ObjectReader reader = MAPPER.readerFor(JsonNode.class).with(schema);
            // Without a declared charset Jackson detects Unicode by its byte order mark.
            boolean isUnicode = charset.equals(StandardCharsets.UTF_8);
            try (MappingIterator<JsonNode> rows =
                    isUnicode ? reader.readValues(csv) : reader.readValues(new InputStreamReader(csv, charset))) {
                while (rows.hasNextValue()) {
                    sink.accept(rows.nextValue());
                }
                List<String> columns = new ArrayList<>();
                if (rows.getParserSchema() instanceof CsvSchema header) {
                    header.forEach(column -> columns.add(column.getName()));
                }
                return columns;
            }
        }
    }
}
