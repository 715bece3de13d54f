package io.httpconnector.examples.snippets;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.template.ListStyle;
import io.httpconnector.template.PillCatalogue;
import io.httpconnector.template.PillInfo;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.template.TemplateProblem;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The code of {@code docs/templates.md}. */
final class TemplateSnippets {

    private static final Logger log = LoggerFactory.getLogger(TemplateSnippets.class);

    private TemplateSnippets() {}

    static void createOrder(JsonNode orderSchema, JsonNode jobSchema, Pills pills) {
        RequestTemplate createOrder = RequestTemplate.named("Create order")
                .post("/customers/{{customer.id}}/orders")
                .query("tag", "{{order.tags | omit}}", ListStyle.REPEAT)
                .header("X-Request-Id", "job-{{job.id}}")
                .json("""
                {"number": "{{order.number}}",
                 "total": "{{order.total}}",
                 "date": "{{order.created | date('yyyy-MM-dd', 'Europe/Berlin')}}",
                 "note": "{{order.note | trim | omit(empty)}}",
                 "lines": {"$each": "{{order.lines}}", "$as": "line",
                           "$item": {"sku": "{{line.sku | upper}}", "quantity": "{{line.quantity | default(1)}}"}},
                 "express": {"$if": "{{order.shipping}}", "$equals": "express", "$then": true}}""")
                .build();
        List<PillInfo> needed = createOrder.pills();
        List<TemplateProblem> wrong =
                createOrder.check(PillCatalogue.of("order", orderSchema).and("job", jobSchema));
        String command = createOrder.dryRun(pills).asCurl();
        log.info("{} {} {}", needed, wrong, command);
    }

    /** What formats phone numbers. */
    interface Phone {
        String format(String number, String country);
    }

    static RequestTemplate call(Phone phone) {
        RequestTemplate call = RequestTemplate.named("Call")
                .filter(
                        "e164",
                        (value, arguments) ->
                                phone.format(value.asText(), arguments.get(0).asText()))
                .post("/calls")
                .json(Map.of("to", "{{contact.phone | e164('DE')}}"))
                .build();
        return call;
    }
}
