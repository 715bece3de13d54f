package io.httpconnector.benchmarks;

import java.util.LinkedHashMap;
import java.util.Map;

/** The sample data: a JSON body of about 1 KB with ten values. */
final class Sample {

    private static final String FILLER = "Lorem ipsum dolor sit amet, consetetur sadipscing elitr, sed diam nonumy. ";

    /** The body with ten placeholders, in this library's syntax. */
    static final String TEMPLATE = """
            {"order": {"number": "{{order.number}}", "date": "{{order.date}}", "total": "{{order.total}}", "paid": "{{order.paid}}",
            "customer": {"name": "{{order.name}}", "street": "{{order.street}}", "city": "{{order.city}}", "country": "{{order.country}}"},
            "note": "Ordered by {{order.name}} as {{order.number}}", "terms": "%s"}}""".formatted(FILLER.repeat(9));

    private Sample() {}

    static Map<String, Object> order() {
        Map<String, Object> order = new LinkedHashMap<>();
        order.put("number", "2026-004711");
        order.put("date", "2026-11-24");
        order.put("total", 1499);
        order.put("paid", true);
        order.put("name", "Café \"Zur Brücke\"");
        order.put("street", "Brückenstraße 1");
        order.put("city", "Köln");
        order.put("country", "DE");
        return order;
    }

    /** The complete tree, for peers that build bodies in code. */
    static Map<String, Object> finished() {
        Map<String, Object> order = order();
        Map<String, Object> customer = new LinkedHashMap<>();
        for (String name : new String[] {"name", "street", "city", "country"}) {
            customer.put(name, order.get(name));
        }
        Map<String, Object> finished = new LinkedHashMap<>();
        for (String name : new String[] {"number", "date", "total", "paid"}) {
            finished.put(name, order.get(name));
        }
        finished.put("customer", customer);
        finished.put("note", "Ordered by " + order.get("name") + " as " + order.get("number"));
        finished.put("terms", FILLER.repeat(9));
        return Map.of("order", finished);
    }
}
