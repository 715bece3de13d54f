package io.httpconnector.definition.imports;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.definition.imports.Jinja.Binary;
import io.httpconnector.definition.imports.Jinja.Literal;
import io.httpconnector.definition.imports.Jinja.Path;
import io.httpconnector.definition.imports.JinjaParser.UnsupportedException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Converts the error handlers of Airbyte to error rules and retry policies. Not thread-safe. */
final class AirbyteErrors {

    private final CatalogueItem handler;
    private final AirbyteScope scope;

    AirbyteErrors(CatalogueItem handler, AirbyteScope scope) {
        this.handler = handler;
        this.scope = scope;
    }

    void convert(ObjectNode request) {
        if (handler.exists()) {
            convert(handler, request, 0);
        }
    }

    private void convert(CatalogueItem item, ObjectNode request, int depth) {
        String type = item.text("type", "");
        if (type.equals("CompositeErrorHandler") && depth < 10) {
            item.at("error_handlers").elements().forEach(each -> convert(each, request, depth + 1));
            return;
        }
        if (!type.isEmpty() && !type.equals("DefaultErrorHandler")) {
            item.note("there is no counterpart of the error handler \""
                    + (item.has("class_name") ? item.text("class_name") : type) + "\"");
            return;
        }
        ObjectNode retry = retry(item);
        List<CatalogueItem> filters = item.at("response_filters").elements();
        for (CatalogueItem filter : filters) {
            rule(filter, retry, request);
        }
        if (!retry.isEmpty() && !request.has("retry")) {
            request.set("retry", retry);
        }
    }

    private ObjectNode retry(CatalogueItem item) {
        ObjectNode retry = JsonNodeFactory.instance.objectNode();
        String retries = item.has("max_retries") ? scope.constant(item.at("max_retries")) : null;
        if (retries != null && retries.matches("\\d{1,6}")) {
            retry.put("maxAttempts", Math.min(100, Integer.parseInt(retries) + 1));
        }
        for (CatalogueItem strategy : item.at("backoff_strategies").elements()) {
            backoff(strategy, retry);
        }
        return retry;
    }

    private void backoff(CatalogueItem strategy, ObjectNode retry) {
        switch (strategy.text("type", "")) {
            case "ConstantBackoffStrategy" -> {
                Duration delay = seconds(strategy.at("backoff_time_in_seconds"));
                if (delay != null && !retry.has("backoff")) {
                    retry.put("fixedDelay", delay.toString());
                }
            }
            case "ExponentialBackoffStrategy" -> {
                Duration factor = strategy.has("factor") ? seconds(strategy.at("factor")) : Duration.ofSeconds(5);
                if (factor != null && !retry.has("fixedDelay")) {
                    Duration longest = Duration.ofMinutes(10);
                    Duration max = factor.compareTo(longest) > 0 ? factor : longest;
                    retry.putObject("backoff").put("first", factor.toString()).put("max", max.toString());
                }
            }
            case "WaitTimeFromHeader", "WaitUntilTimeFromHeader" -> {
                String header = scope.constant(strategy.at("header"));
                if (header != null && !header.equalsIgnoreCase("retry-after")) {
                    ObjectNode delay =
                            retry.withArray("/delayHeader").addObject().put("name", header);
                    String pattern = strategy.has("regex") ? scope.constant(strategy.at("regex")) : null;
                    if (pattern != null) {
                        delay.put("pattern", pattern);
                    }
                }
                Duration min = strategy.has("min_wait") ? seconds(strategy.at("min_wait")) : null;
                if (min != null) {
                    retry.put("minDelay", min.toString());
                }
            }
            default ->
                strategy.note("there is no counterpart of the backoff strategy \""
                        + strategy.text("class_name", strategy.text("type", "")) + "\"");
        }
    }

    private @Nullable Duration seconds(CatalogueItem item) {
        String text = scope.constant(item);
        if (text == null || !text.matches("\\d{1,6}(\\.\\d{1,6})?")) {
            return null;
        }
        Duration duration = Duration.ofMillis(Math.round(Double.parseDouble(text) * 1000));
        return duration.isZero() ? Duration.ofMillis(1) : duration;
    }

    private void rule(CatalogueItem filter, ObjectNode retry, ObjectNode request) {
        String given = filter.text("action", "");
        String action = switch (given.toUpperCase(Locale.ROOT)) {
            case "SUCCESS" -> "ACCEPT";
            case "FAIL" -> "FAIL";
            case "RETRY" -> "RETRY";
            case "IGNORE" -> "IGNORE";
            case "RATE_LIMITED" -> "RATE_LIMITED";
            case "REFRESH_TOKEN_THEN_RETRY" -> "REFRESH_AUTH";
            default -> "";
        };
        filter.ignore("the message of an error is that of the service", "error_message", "failure_type");
        if (action.isEmpty()) {
            if (!given.isEmpty()) {
                filter.at("action").note("there is no counterpart of the action \"" + given + "\"");
            }
            return;
        }
        ObjectNode rule = JsonNodeFactory.instance.objectNode();
        if (!conditions(filter, rule)) {
            return;
        }
        boolean isRepeated = action.equals("RETRY") || action.equals("RATE_LIMITED");
        if (isRepeated && !retry.isEmpty()) {
            rule.set("retry", retry.deepCopy());
        }
        List<String> statuses = filter.texts("http_codes");
        if (statuses.isEmpty() && rule.has("conditions")) {
            rule.putObject("status").put("from", 100).put("to", 599);
            request.withArray("/rules").add(rule.put("treatAs", action));
        }
        for (String status : statuses) {
            if (status.matches("[1-5]\\d\\d")) {
                ObjectNode one = JsonNodeFactory.instance.objectNode().put("status", Integer.parseInt(status));
                one.setAll(rule);
                request.withArray("/rules").add(one.put("treatAs", action));
            }
        }
    }

    /** Sets the conditions of a rule; returns whether all have a counterpart. */
    private boolean conditions(CatalogueItem filter, ObjectNode rule) {
        String part = filter.has("error_message_contains") ? scope.constant(filter.at("error_message_contains")) : null;
        if (part != null && !part.isEmpty()) {
            rule.withArray("/conditions").addObject().put("text", part);
        }
        CatalogueItem predicate = filter.at("predicate");
        if (!predicate.exists()) {
            return true;
        }
        try {
            Jinja expression = JinjaPills.single(predicate.node().asText());
            if (expression != null && condition(expression, rule)) {
                return true;
            }
        } catch (UnsupportedException e) {
            // Noted below.
        }
        predicate.note("there is no counterpart of the condition: "
                + AirbyteScope.shortened(predicate.node().asText()));
        return false;
    }

    private static boolean condition(Jinja expression, ObjectNode rule) {
        if (expression instanceof Binary binary) {
            if (binary.operator().equals("and")) {
                return condition(binary.left(), rule) && condition(binary.right(), rule);
            }
            Jinja left = value(binary.left());
            if (binary.operator().matches("==|!=")
                    && left instanceof Path path
                    && path.root().equals("response")
                    && binary.right() instanceof Literal literal
                    && literal.value() != null) {
                ObjectNode condition = rule.withArray("/conditions").addObject();
                condition.put("json", pointer(path)).put("value", String.valueOf(literal.value()));
                if (binary.operator().equals("!=")) {
                    condition.put("not", true);
                }
                return true;
            }
            Jinja right = value(binary.right());
            if (binary.operator().equals("in")
                    && binary.left() instanceof Literal literal
                    && literal.value() instanceof String text
                    && right instanceof Path path
                    && path.root().equals("response")) {
                ObjectNode condition = rule.withArray("/conditions").addObject();
                if (path.steps().isEmpty()) {
                    condition.put("json", "/" + text);
                } else {
                    condition.put("text", text);
                }
                return true;
            }
            return false;
        }
        if (value(expression) instanceof Path path
                && path.root().equals("response")
                && !path.steps().isEmpty()) {
            rule.withArray("/conditions").addObject().put("json", pointer(path));
            return true;
        }
        return false;
    }

    private static Jinja value(Jinja expression) {
        return expression instanceof Jinja.Default defaulted && JinjaParser.isEmpty(defaulted.other())
                ? defaulted.value()
                : expression;
    }

    /** Returns the JSON Pointer of a path. */
    static String pointer(Path path) {
        StringBuilder pointer = new StringBuilder();
        path.steps()
                .forEach(step ->
                        pointer.append('/').append(step.replace("~", "~0").replace("/", "~1")));
        return pointer.toString();
    }
}
