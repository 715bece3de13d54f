package io.httpconnector.polling;

import io.httpconnector.polling.MockService.MockRequest;
import io.httpconnector.polling.MockService.MockResponse;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** Records with a key and a time, which a service lists filtered, sorted and paged as requested. */
final class Table implements MockService.Behaviour {

    /** A record. */
    record Row(int id, String name, Instant updated) {}

    final Map<Integer, Row> rows = new LinkedHashMap<>();
    /** Changes the table before a page is read. */
    BiConsumer<Table, MockRequest> meanwhile = (table, asked) -> {};

    Comparator<Row> order = Comparator.comparing(Row::updated).thenComparing(Row::id);
    boolean inclusive = true;
    int maxSize = Integer.MAX_VALUE;
    Instant date = Instant.parse("2026-11-25T12:00:00Z");

    synchronized void put(int id, String name, Instant updated) {
        rows.put(id, new Row(id, name, updated));
    }

    synchronized void remove(int id) {
        rows.remove(id);
    }

    synchronized Collection<Row> all() {
        return List.copyOf(rows.values());
    }

    @Override
    public synchronized MockResponse respond(MockRequest asked) {
        meanwhile.accept(this, asked);
        List<Row> found = new ArrayList<>(rows.values());
        String since = asked.query().get("since");
        if (since != null) {
            Instant from = Instant.parse(since);
            found.removeIf(row -> row.updated.isBefore(from) || (!inclusive && row.updated.equals(from)));
        }
        String until = asked.query().get("until");
        if (until != null) {
            found.removeIf(row -> row.updated.isAfter(Instant.parse(until)));
        }
        found.sort(order);
        int size = Math.min(maxSize, asked.number("size", 1000));
        int offset = asked.number("offset", (asked.number("page", 1) - 1) * size);
        List<Row> page = found.subList(Math.min(offset, found.size()), Math.min(offset + size, found.size()));
        return MockResponse.json(Map.of("total", found.size(), "items", page))
                .header("Date", DateTimeFormatter.RFC_1123_DATE_TIME.format(date.atZone(ZoneOffset.UTC)));
    }
}
