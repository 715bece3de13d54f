package io.httpconnector.polling;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Reads CSV with Jackson: each row becomes an object of texts, with the names in the first row as members. A name that is
 * repeated gets a number, such as {@code amount_2}.
 */
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

    /** Numbers the names that are repeated; a number that would result in the name of another column is skipped. */
    private static List<String> distinct(List<String> names) {
        Set<String> taken = new HashSet<>(names);
        Map<String, Integer> counts = new HashMap<>();
        List<String> distinct = new ArrayList<>();
        for (String name : names) {
            int count = counts.merge(name, 1, Integer::sum);
            while (count > 1 && !taken.add(name + "_" + count)) {
                count = counts.merge(name, 1, Integer::sum);
            }
            distinct.add(count == 1 ? name : name + "_" + count);
        }
        return distinct;
    }

    /** A separate class, because it can be loaded only if the library is present. */
    private static final class Rows {
        private static final CsvMapper MAPPER = CsvMapper.builder()
                .enable(CsvParser.Feature.SKIP_EMPTY_LINES, CsvParser.Feature.TRIM_SPACES)
                .build();

        static List<String> read(InputStream csv, Charset charset, char separator, Consumer<JsonNode> sink)
                throws IOException {
            CsvSchema schema = CsvSchema.emptySchema().withHeader().withColumnSeparator(separator);
            ObjectReader reader = MAPPER.reader(schema);
            // Without a declared charset Jackson detects Unicode by its byte order mark.
            boolean isUnicode = charset.equals(StandardCharsets.UTF_8);
            List<String> columns = List.of();
            try (JsonParser parser =
                    isUnicode ? reader.createParser(csv) : reader.createParser(new InputStreamReader(csv, charset))) {
                boolean isHeader = true;
                while (parser.nextToken() != null) {
                    columns = isHeader ? columns(parser) : columns;
                    isHeader = false;
                    sink.accept(row(parser, columns));
                }
                return isHeader ? columns(parser) : columns;
            }
        }

        /** Reads a row by the positions of its values: Jackson would keep the last one of each name. */
        private static JsonNode row(JsonParser parser, List<String> columns) throws IOException {
            ObjectNode row = JsonNodeFactory.instance.objectNode();
            for (int i = 0; parser.nextToken() == JsonToken.FIELD_NAME; i++) {
                String name = i < columns.size() ? columns.get(i) : parser.currentName();
                parser.nextToken();
                row.put(name, parser.getText());
            }
            return row;
        }

        private static List<String> columns(JsonParser parser) throws UnexpectedContent {
            List<String> names = new ArrayList<>();
            if (parser.getSchema() instanceof CsvSchema header) {
                header.forEach(column -> names.add(column.getName()));
            }
            UnexpectedContent.rejectForeignCsv(parser, names);
            return distinct(names);
        }
    }
}
