package io.httpconnector.definition.imports;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.definition.imports.Jinja.Binary;
import io.httpconnector.definition.imports.Jinja.Default;
import io.httpconnector.definition.imports.Jinja.Literal;
import io.httpconnector.definition.imports.Jinja.Not;
import io.httpconnector.definition.imports.Jinja.Path;
import io.httpconnector.definition.imports.Jinja.Tested;
import io.httpconnector.definition.imports.JinjaParser.UnsupportedException;
import io.httpconnector.definition.imports.JinjaPills.Constant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Converts the paginator of a stream of Airbyte. Not thread-safe. */
final class AirbytePagination {

    private static final Map<String, String> ROOTS =
            Map.of("response", "response", "headers", "headers", "last_record", "lastRecord", "page", "page");

    private final CatalogueItem paginator;
    private final AirbyteScope scope;
    private final boolean isInTemplate;
    private final List<String> recordPath;
    private final ObjectNode pagination = JsonNodeFactory.instance.objectNode();

    /**
     * Creates a converter.
     *
     * @param request the request, which may itself send the token
     * @param recordPath the names that lead to the records of a response
     */
    AirbytePagination(CatalogueItem paginator, AirbyteScope scope, String request, List<String> recordPath) {
        this.recordPath = recordPath;
        this.isInTemplate = request.matches("(?s).*\\{\\{\\s*page\\.(cursor|number|offset).*");
        this.paginator = paginator;
        AirbyteScope own = scope.of(paginator);
        for (Map.Entry<String, String> root : ROOTS.entrySet()) {
            own = own.with(root.getKey(), root.getValue());
        }
        this.scope = own;
    }

    /** Returns the location of an option, such as {@code {"query": "page"}}; null if it has no counterpart, which is noted. */
    static @Nullable ObjectNode location(CatalogueItem option, AirbyteScope scope) {
        String name = option.has("field_name") ? scope.of(option).constant(option.at("field_name")) : null;
        List<String> path = option.texts("field_path");
        String into = option.text("inject_into", "request_parameter");
        String member = switch (into) {
            case "request_parameter" -> "query";
            case "header" -> "header";
            case "body_json" -> "json";
            case "body_data" -> "field";
            default -> "";
        };
        if (member.isEmpty() || (name == null && path.isEmpty())) {
            option.note("there is no counterpart of the location \"" + into + "\"");
            return null;
        }
        String value = name == null
                ? member.equals("json") ? "/" + String.join("/", path) : String.join(".", path)
                : member.equals("json") ? "/" + name.replace("~", "~0").replace("/", "~1") : name;
        return JsonNodeFactory.instance.objectNode().put(member, value);
    }

    /** Returns the pill for the token of a paginator; empty if there is one page. */
    static String token(CatalogueItem paginator) {
        CatalogueItem strategy = paginator.at("pagination_strategy");
        if (!strategy.exists()) {
            return "";
        }
        boolean isFirst = strategy.isSet("inject_on_first_request");
        return switch (strategy.text("type", "")) {
            case "PageIncrement" -> isFirst ? "page.number" : "page.cursor";
            case "OffsetIncrement" -> isFirst ? "page.offset" : "page.cursor";
            default -> "page.cursor";
        };
    }

    /** Returns the pagination; empty if there is one page. */
    ObjectNode convert() {
        String type = paginator.text("type", "");
        if (!paginator.exists() || type.equals("NoPagination")) {
            return pagination;
        }
        CatalogueItem strategy = paginator.at("pagination_strategy");
        String kind = strategy.text("type", "");
        if (!type.equals("DefaultPaginator") && !type.isEmpty()) {
            paginator.note("there is no counterpart of the paginator \"" + paginator.text("class_name", type) + "\"");
            return pagination;
        }
        String size = strategy.has("page_size") ? pageSize(strategy.at("page_size")) : null;
        switch (kind) {
            case "PageIncrement" -> increment(strategy, "pages", size);
            case "OffsetIncrement" -> increment(strategy, "offset", size);
            case "CursorPagination" -> cursor(strategy);
            default -> {
                strategy.note(
                        "there is no counterpart of the pagination \"" + strategy.text("class_name", kind) + "\"");
                return pagination;
            }
        }
        CatalogueItem option = paginator.at("page_size_option");
        ObjectNode location = option.exists() && size != null ? location(option, scope) : null;
        if (location != null && size != null && !pagination.isEmpty()) {
            ObjectNode sized = pagination.putObject("size");
            sized.set("location", location);
            sized.put("records", Integer.parseInt(size));
        }
        return pagination;
    }

    private @Nullable String pageSize(CatalogueItem item) {
        String size = scope.constant(item);
        return size != null && size.matches("[1-9]\\d{0,6}") ? size : null;
    }

    private void increment(CatalogueItem strategy, String member, @Nullable String size) {
        CatalogueItem option = paginator.at("page_token_option");
        ObjectNode location = option.exists() ? location(option, scope) : isInTemplate ? template() : null;
        if (location == null) {
            if (!option.exists()) {
                paginator.note("the option that sends the page is missing");
            }
            return;
        }
        String first = strategy.has("start_from_page") ? scope.constant(strategy.at("start_from_page")) : "0";
        int start = first != null && first.matches("\\d{1,9}") ? Integer.parseInt(first) : 0;
        if (strategy.isSet("inject_on_first_request")) {
            pagination.set(member, location);
            if (start != (member.equals("pages") ? 1 : 0)) {
                pagination.put("first", start);
            }
        } else {
            // The first request has no parameter: a cursor that is calculated.
            pagination.set("cursor", location);
            pagination.put(
                    "token",
                    member.equals("pages") ? "{{page.cursor | default(" + start + ") | plus(1)}}" : "{{page.total}}");
        }
        if (size != null) {
            pagination.putObject("endsWithShortPage").put("records", Integer.parseInt(size));
        }
    }

    private void cursor(CatalogueItem strategy) {
        CatalogueItem option = paginator.at("page_token_option");
        String text = strategy.at("cursor_value").node().asText();
        boolean isUrl = "RequestPath".equals(option.text("type"));
        Jinja token;
        try {
            token = JinjaPills.single(text);
        } catch (UnsupportedException e) {
            strategy.at("cursor_value")
                    .note("there is no counterpart of \"" + e.getMessage() + "\" in the text: "
                            + AirbyteScope.shortened(text));
            return;
        }
        Path path = token == null ? null : path(token);
        if (path != null
                && path.root().equals("headers")
                && path.steps().size() == 3
                && path.steps().get(0).equalsIgnoreCase("link")) {
            pagination.put("linkHeader", true);
            isUrl = true;
        } else if (isUrl) {
            String value = path != null
                            && path.root().equals("response")
                            && !path.steps().contains("-1")
                    ? AirbyteErrors.pointer(path)
                    : value(strategy, text);
            if (value != null) {
                pagination.put("nextUrl", value);
            }
        } else {
            token(strategy, option, path, text);
        }
        if (!pagination.isEmpty() && strategy.has("stop_condition")) {
            stop(strategy.at("stop_condition"), path);
        }
    }

    private void token(CatalogueItem strategy, CatalogueItem option, @Nullable Path path, String text) {
        ObjectNode location = option.exists() ? location(option, scope) : isInTemplate ? template() : null;
        if (location == null) {
            if (!option.exists()) {
                paginator.note("the option that sends the token is missing");
            }
            return;
        }
        int last = path == null ? -1 : path.steps().indexOf("-1");
        if (path != null
                && path.root().equals("response")
                && last >= 0
                && last < path.steps().size() - 1
                && path.steps().subList(0, last).equals(recordPath)) {
            List<String> field = path.steps().subList(last + 1, path.steps().size());
            pagination.put("tokenOfLastRecord", AirbyteErrors.pointer(new Path("record", field)));
        } else if (path != null
                && path.root().equals("response")
                && !path.steps().isEmpty()
                && last < 0) {
            pagination.put("token", AirbyteErrors.pointer(path));
        } else if (path != null
                && path.root().equals("last_record")
                && path.steps().stream().noneMatch(step -> step.startsWith("-"))) {
            pagination.put("tokenOfLastRecord", AirbyteErrors.pointer(path));
        } else if (path != null && path.root().equals("headers") && path.steps().size() == 1) {
            pagination.put("tokenHeader", path.steps().get(0));
        } else {
            String value = value(strategy, text);
            if (value == null) {
                return;
            }
            pagination.put("token", value);
        }
        pagination.set("cursor", location);
    }

    private static ObjectNode template() {
        return JsonNodeFactory.instance.objectNode().put("template", true);
    }

    /** Translates the value of the token; null if there is no counterpart, which is noted. */
    private @Nullable String value(CatalogueItem strategy, String text) {
        String value = scope.text(strategy.at("cursor_value"));
        if (value != null && !value.contains("{{")) {
            strategy.at("cursor_value").note("it is constant: " + AirbyteScope.shortened(text));
            return null;
        }
        return value == null ? null : value.replaceAll("\\{\\{headers\\.([\\w-]+)", "{{headers[\"$1\"]");
    }

    /** Returns the path of a value, whatever its default is; null if it is another expression. */
    private static @Nullable Path path(Jinja expression) {
        if (expression instanceof Path path) {
            return path;
        }
        if (expression instanceof Default defaulted && JinjaParser.isEmpty(defaulted.other())) {
            return path(defaulted.value());
        }
        if (expression instanceof Jinja.Filtered filtered && filtered.filter().matches("string|trim|int")) {
            return path(filtered.value());
        }
        if (expression instanceof Jinja.Choice choice && JinjaParser.isEmpty(choice.otherwise())) {
            return path(choice.then());
        }
        if (expression instanceof Binary or && or.operator().equals("or") && JinjaParser.isEmpty(or.right())) {
            return path(or.left());
        }
        return null;
    }

    private void stop(CatalogueItem item, @Nullable Path token) {
        String text = item.node().asText();
        if (item.node().isBoolean()) {
            if (item.node().asBoolean()) {
                pagination.removeAll();
            }
            return;
        }
        try {
            Jinja expression = JinjaPills.single(text);
            if (expression != null) {
                for (Jinja condition : alternatives(expression)) {
                    stopAt(condition, token);
                }
                return;
            }
        } catch (UnsupportedException e) {
            item.note("there is no counterpart of \"" + e.getMessage() + "\" in the text: "
                    + AirbyteScope.shortened(text));
            return;
        }
        item.note("it is not a condition: " + AirbyteScope.shortened(text));
    }

    private static List<Jinja> alternatives(Jinja expression) {
        if (expression instanceof Binary binary && binary.operator().equals("or")) {
            List<Jinja> all = new ArrayList<>(alternatives(binary.left()));
            all.addAll(alternatives(binary.right()));
            return all;
        }
        return List.of(expression);
    }

    private void stopAt(Jinja condition, @Nullable Path token) {
        // Pagination ends without a token, and with an empty page anyway.
        if (isAbsence(condition, token) || isEmptyPage(condition)) {
            return;
        }
        Path flag = condition instanceof Not not ? path(not.value()) : path(condition);
        String member = condition instanceof Not ? "moreWhile" : "lastWhen";
        if (flag != null && flag.root().equals("response")) {
            set(member, AirbyteErrors.pointer(flag), condition);
            return;
        }
        Path other = condition instanceof Binary comparison ? flagOf(comparison) : null;
        if (condition instanceof Binary binary && other != null && other.root().equals("response")) {
            boolean isTrue = Boolean.TRUE.equals(((Literal) binary.right()).value())
                    == binary.operator().equals("==");
            set(isTrue ? "lastWhen" : "moreWhile", AirbyteErrors.pointer(other), condition);
            return;
        }
        Object value = new JinjaPills(scope).conditions().condition(condition);
        if (value instanceof Constant constant) {
            if (JinjaConstants.isTrue(constant.value())) {
                pagination.removeAll();
            }
            return;
        }
        set("lastWhen", "{{" + value + "}}", condition);
    }

    private static @Nullable Path flagOf(Binary binary) {
        return binary.operator().matches("==|!=")
                        && binary.right() instanceof Literal literal
                        && literal.value() instanceof Boolean
                ? path(binary.left())
                : null;
    }

    /** Sets a condition; a second one is the opposite of the other member. */
    private void set(String member, String value, Jinja condition) {
        if (!pagination.has(member)) {
            pagination.put(member, value);
            return;
        }
        String opposite = member.equals("lastWhen") ? "moreWhile" : "lastWhen";
        if (pagination.has(opposite)) {
            throw new UnsupportedException("a third condition");
        }
        Object met = new JinjaPills(scope).conditions().condition(condition);
        pagination.put(
                opposite,
                "{{" + (opposite.equals("moreWhile") ? JinjaConditions.negatedPill((String) met) : met) + "}}");
    }

    private static boolean isEmptyPage(Jinja condition) {
        return condition instanceof Binary binary
                && binary.left() instanceof Path path
                && path.root().equals("last_page_size")
                && binary.right() instanceof Literal literal
                && ((binary.operator().equals("==") && Long.valueOf(0).equals(literal.value()))
                        || (binary.operator().equals("<") && Long.valueOf(1).equals(literal.value())));
    }

    /** Returns whether a condition is met exactly if there is no token, or none of the objects around it. */
    private static boolean isAbsence(Jinja condition, @Nullable Path token) {
        if (token == null) {
            return false;
        }
        if (condition instanceof Not not) {
            return isOf(not.value(), token) || (not.value() instanceof Binary in && isKeyOf(in, token));
        }
        if (condition instanceof Tested test) {
            boolean isAbsent = test.isNegated()
                    ? test.test().equals("defined")
                    : test.test().matches("none|undefined|null|false");
            return isAbsent && isOf(test.value(), token);
        }
        return condition instanceof Binary binary
                && binary.operator().equals("==")
                && isOf(binary.left(), token)
                && (JinjaParser.isEmpty(binary.right())
                        || (binary.right() instanceof Literal literal && Boolean.FALSE.equals(literal.value())));
    }

    private static boolean isKeyOf(Binary in, Path token) {
        Path owner = path(in.right());
        return in.operator().equals("in")
                && in.left() instanceof Literal key
                && owner != null
                && isOf(new Path(owner.root(), append(owner.steps(), String.valueOf(key.value()))), token);
    }

    private static List<String> append(List<String> steps, String step) {
        List<String> all = new ArrayList<>(steps);
        all.add(step);
        return all;
    }

    private static boolean isOf(Jinja value, Path token) {
        Path path = path(value);
        return path != null
                && path.root().equals(token.root())
                && path.steps().size() <= token.steps().size()
                && token.steps().subList(0, path.steps().size()).equals(path.steps())
                && !path.steps().isEmpty();
    }
}
