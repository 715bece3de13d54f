package io.httpconnector.definition.imports;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.definition.imports.Jinja.Path;
import io.httpconnector.definition.imports.JinjaParser.UnsupportedException;
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
    private final AirbyteNextPath nextPath;
    private final boolean isUsedInRequest;
    private final ObjectNode pagination = JsonNodeFactory.instance.objectNode();
    private @Nullable ObjectNode unpaged;

    /**
     * Creates a converter.
     *
     * @param request the request, which may itself send the token
     * @param recordPath the names that lead to the records of a response
     * @param nextPath completes a path in place of the URL of the next page
     */
    AirbytePagination(
            CatalogueItem paginator,
            AirbyteScope scope,
            String request,
            List<String> recordPath,
            AirbyteNextPath nextPath) {
        this.recordPath = recordPath;
        this.nextPath = nextPath;
        this.isUsedInRequest = nextPath.isTokenUsed();
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
        boolean isSent = option.exists() && size != null && !isNameless(option);
        ObjectNode location = isSent ? location(option, scope) : null;
        if (location != null && size != null && !pagination.isEmpty()) {
            ObjectNode sized = pagination.putObject("size");
            sized.set("location", location);
            sized.put("records", Integer.parseInt(size));
        }
        return pagination;
    }

    /** Returns whether an option has an empty name, as that of a value which the configuration can't have: nothing depends on it. */
    private boolean isNameless(CatalogueItem option) {
        String name = option.text("field_name");
        if (name == null) {
            return false;
        }
        try {
            Jinja expression = name.isEmpty() ? null : JinjaPills.single(name);
            boolean isUnknown = expression instanceof Path path
                    && path.root().equals("config")
                    && !scope.inputs().isDeclared(path.steps());
            if (name.isEmpty() || isUnknown) {
                option.skip("a parameter without a name has no effect");
                return true;
            }
        } catch (UnsupportedException e) {
            // Noted where the name is read.
        }
        return false;
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
                unsent(size);
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

    /** No request has the page: each response would be that of the first one. */
    private void unsent(@Nullable String size) {
        if (isUsedInRequest) {
            paginator.note("the option that sends the page is missing");
            return;
        }
        paginator.skip("no request has the page, so that further requests would have the same response: one is sent");
        CatalogueItem option = paginator.at("page_size_option");
        if (option.exists() && size != null && !isNameless(option)) {
            unpaged = location(option, scope);
            if (unpaged != null) {
                unpaged.put("size", size);
            }
        }
    }

    /** Returns the location and the size of the only page, which has to be requested; null if there is none. */
    @Nullable ObjectNode unpagedSize() {
        return unpaged;
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
        Path path = token == null ? null : AirbyteStop.path(token);
        if (path != null
                && path.root().equals("headers")
                && path.steps().size() == 3
                && path.steps().get(0).equalsIgnoreCase("link")) {
            pagination.put("linkHeader", true);
            isUrl = true;
        } else if (isUrl) {
            if (path == null && token != null && AirbyteNextPath.isRelative(token)) {
                relative(strategy, token, text);
                return;
            }
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
        stop(strategy, path, text);
    }

    private void stop(CatalogueItem strategy, @Nullable Path path, String text) {
        if (!pagination.isEmpty() && strategy.has("stop_condition")) {
            AirbyteToken object = path == null ? AirbyteToken.of(text) : null;
            new AirbyteStop(pagination, scope, recordPath)
                    .convert(strategy.at("stop_condition"), object == null ? path : object.value());
        }
    }

    /** Sets the URL of the next page to a path that is calculated. */
    private void relative(CatalogueItem strategy, Jinja token, String text) {
        try {
            if (new JinjaPills(scope).value(nextPath.complete(token)) instanceof String url) {
                pagination.put("nextUrl", "{{" + url + "}}");
                stop(strategy, null, text);
                return;
            }
        } catch (UnsupportedException e) {
            // Noted below.
        }
        strategy.at("cursor_value")
                .note("the path of the next page is relative to the base URL: " + AirbyteScope.shortened(text));
    }

    private void token(CatalogueItem strategy, CatalogueItem option, @Nullable Path path, String text) {
        ObjectNode location = option.exists() ? location(option, scope) : isInTemplate ? template() : null;
        if (location == null) {
            if (!option.exists()) {
                paginator.note("the option that sends the token is missing");
            }
            return;
        }
        AirbyteToken object = path == null ? AirbyteToken.of(text) : null;
        if (object != null && location.has("json")) {
            location.put("json", location.path("json").asText() + object.pointer());
            pagination.put("token", AirbyteErrors.pointer(object.value()));
            pagination.set("cursor", location);
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
}
