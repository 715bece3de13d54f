package io.httpconnector.definition.imports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Converts the jobs of a stream of Airbyte, which are started, polled and downloaded, to a long-running operation. Not thread-safe.
 */
final class AirbyteOperation {

    static final String TYPE = "AsyncRetriever";

    private static final String STARTED = "creation_response";

    /** Stands in for the response to the start, of which an operation keeps single values. */
    private static final String KEPT = "operation.creation";

    private static final Pattern VALUE = Pattern.compile("operation\\.creation((?:\\.[A-Za-z0-9_$@:-]+)+)");
    private static final Pattern TARGET = Pattern.compile("\\{\\{\\s*download_target\\s*}}");
    private static final Pattern PILL = Pattern.compile("\\{\\{([^{}|]+)}}");
    private static final int MAX_MINUTES = 365 * 24 * 60;

    private final CatalogueItem retriever;
    private final AirbyteScope scope;
    private final AirbyteAuth auth;
    private final String baseUrl;
    private final ObjectNode operation = JsonNodeFactory.instance.objectNode();

    /** The names of values of the response to the start, by their JSON Pointers. */
    private final Map<String, String> values = new LinkedHashMap<>();

    /**
     * Creates a converter.
     *
     * @param scope the values that the request for the start has
     * @param baseUrl the base URL of the connection
     */
    AirbyteOperation(CatalogueItem retriever, AirbyteScope scope, AirbyteAuth auth, String baseUrl) {
        this.retriever = retriever;
        this.scope = scope;
        this.auth = auth;
        this.baseUrl = baseUrl;
    }

    static boolean is(CatalogueItem retriever) {
        return TYPE.equals(retriever.text("type"));
    }

    /** Returns the requester of a retriever; the one that starts the jobs if it has several. */
    static CatalogueItem requester(CatalogueItem retriever) {
        return retriever.at(is(retriever) ? "creation_requester" : "requester");
    }

    /** Returns the place of the records of a retriever in its responses. */
    static CatalogueItem extractor(CatalogueItem retriever) {
        return is(retriever)
                ? retriever.at("download_extractor")
                : retriever.at("record_selector").at("extractor");
    }

    /** Returns the format of the records. */
    static CatalogueItem decoder(CatalogueItem retriever) {
        return retriever.at(is(retriever) ? "download_decoder" : "decoder");
    }

    static CatalogueItem paginator(CatalogueItem retriever) {
        return retriever.at(is(retriever) ? "download_paginator" : "paginator");
    }

    /**
     * Converts the operation.
     *
     * @param start the request that starts it
     */
    ObjectNode convert(ObjectNode start) {
        AirbyteScope started = scope.with(STARTED, KEPT).withPartition(ofStart(start));
        template("status", "Get the status", retriever.at("polling_requester"), started);
        states();
        result(started.with("polling_response", "status"));
        if (retriever.has("abort_requester")) {
            template("abort", "Abort the job", retriever.at("abort_requester"), started);
        }
        if (retriever.has("delete_requester")) {
            template("delete", "Delete the job", retriever.at("delete_requester"), started);
        }
        if (retriever.has("url_requester")) {
            retriever.at("url_requester").note("there is no counterpart of \"url_requester\" in an operation");
        }
        if (retriever.has("decoder")
                && !"JsonDecoder".equals(retriever.at("decoder").text("type"))) {
            retriever.at("decoder").note("the status has to be JSON");
        }
        timeout();
        return kept();
    }

    /** Returns the values of the request for the start that later requests refer to: its header fields. */
    private static Map<String, String> ofStart(ObjectNode start) {
        Map<String, String> pills = new HashMap<>();
        for (JsonNode header : start.path("headers")) {
            Matcher pill = PILL.matcher(header.path("value").asText());
            if (pill.matches()) {
                pills.put(
                        "extra_fields." + STARTED + ".request.headers."
                                + header.path("name").asText(),
                        pill.group(1).strip());
            }
        }
        return pills;
    }

    private void template(String member, String name, CatalogueItem requester, AirbyteScope values) {
        ObjectNode template = request(requester, values);
        if (template != null) {
            operation.set(member, template.put("name", name));
        }
    }

    /** Converts a request; null if it has no counterpart, which is noted. */
    private @Nullable ObjectNode request(CatalogueItem requester, AirbyteScope values) {
        if (!requester.exists()) {
            requester.note("the requester is missing");
            return null;
        }
        String type = requester.text("type", "HttpRequester");
        if (!type.equals("HttpRequester")) {
            requester.note("there is no counterpart of \"" + requester.text("class_name", type) + "\"");
            return null;
        }
        return new AirbyteRequest(requester, values, auth).convert(baseUrl);
    }

    private void states() {
        String state = pointer(retriever.at("status_extractor"));
        if (state != null) {
            operation.put("state", state);
        }
        CatalogueItem mapping = retriever.at("status_mapping");
        if (!mapping.exists()) {
            mapping.note("the states are missing");
        }
        Set<String> known = new HashSet<>();
        states("running", mapping.at("running"), known);
        states("done", mapping.at("completed"), known);
        states("failed", mapping.at("failed"), known);
        // A job that the service has given up is started once more by the next poll, as one that has failed.
        states("failed", mapping.at("timeout"), known);
    }

    private void states(String member, CatalogueItem list, Set<String> known) {
        for (CatalogueItem element : list.elements()) {
            String text = scope.constant(element);
            if (text == null || text.isEmpty()) {
                continue;
            }
            if (known.add(text.toLowerCase(Locale.ROOT))) {
                operation.withArray("/" + member).add(text);
            } else {
                element.skip("the state is listed before: its case is ignored");
            }
        }
    }

    /** Returns the JSON Pointer of a value; null if it has no counterpart, which is noted. */
    private @Nullable String pointer(CatalogueItem extractor) {
        if (!extractor.exists()) {
            extractor.note("it is missing");
            return null;
        }
        String type = extractor.text("type", "DpathExtractor");
        StringBuilder path = new StringBuilder();
        for (CatalogueItem step : extractor.at("field_path").elements()) {
            String text = scope.of(extractor).constant(step);
            if (text == null || text.contains("*")) {
                step.note("the path has to be that of one value");
                return null;
            }
            path.append('/').append(text.replace("~", "~0").replace("/", "~1"));
        }
        if (!type.equals("DpathExtractor") || path.isEmpty()) {
            extractor.note("there is no counterpart of the extractor \"" + extractor.text("class_name", type) + "\"");
            return null;
        }
        return path.toString();
    }

    private void result(AirbyteScope ended) {
        CatalogueItem download = retriever.at("download_requester");
        CatalogueItem target = retriever.at("download_target_extractor");
        ObjectNode result = operation.putObject("result");
        if (!target.exists()) {
            ObjectNode template = request(download, ended);
            if (template != null) {
                result.set("request", template.put("name", "Get the result"));
            }
            return;
        }
        if (retriever.has("download_target_requester")) {
            ObjectNode located = request(retriever.at("download_target_requester"), ended);
            if (located != null) {
                result.set("request", located.put("name", "Get the URL of the result"));
            }
        }
        String url = pointer(target);
        if (url != null) {
            result.put("url", url);
        }
        boolean isTarget = TARGET.matcher(download.text("path", "")).matches()
                || (!download.has("path")
                        && TARGET.matcher(download.text("url_base", download.text("url", "")))
                                .matches());
        if (!isTarget) {
            download.note("the URL of the download has to be \"download_target\"");
        }
        if (!"GET".equalsIgnoreCase(download.text("http_method", "GET"))) {
            download.at("http_method").note("a result is downloaded by GET");
        }
        for (String member : List.of(
                "request_parameters", "request_headers", "request_body", "request_body_json", "request_body_data")) {
            if (download.has(member) && !download.at(member).node().isEmpty()) {
                download.at(member).note("the URL of a result is requested as it is");
            }
        }
    }

    private void timeout() {
        CatalogueItem timeout = retriever.at("polling_job_timeout");
        if (!timeout.exists()) {
            return;
        }
        String minutes = scope.constant(timeout);
        if (minutes == null) {
            return;
        }
        if (!minutes.matches("[1-9]\\d{0,5}") || Integer.parseInt(minutes) > MAX_MINUTES) {
            timeout.note("it is no number of minutes up to a year");
            return;
        }
        operation.put("timeout", "PT" + minutes + "M");
    }

    /** Returns the operation with the values of the response to the start that its requests have: the first one is its id. */
    private ObjectNode kept() {
        replaced(
                operation,
                text -> VALUE.matcher(text).replaceAll(value -> {
                    String pointer = value.group(1).replace(".", "/");
                    String name = values.computeIfAbsent(
                            pointer, any -> values.isEmpty() ? "id" : "value" + (values.size() + 1));
                    return Matcher.quoteReplacement("operation." + name);
                }));
        values.forEach((pointer, name) -> {
            if (name.equals("id")) {
                operation.put("id", pointer);
            } else {
                operation.withObject("/values").put(name, pointer);
            }
        });
        if (operation.has("status") && !operation.has("id")) {
            retriever.at("polling_requester").note("the request has no value of the response to the start, as its id");
        }
        if (operation.toString().contains(KEPT)) {
            retriever.note("a value of the response to the start has to have a name of letters and digits");
        }
        return operation;
    }

    /** Replaces the texts of a tree. */
    private static void replaced(JsonNode node, UnaryOperator<String> replacement) {
        if (node instanceof ObjectNode object) {
            object.properties().forEach(member -> {
                if (member.getValue().isTextual()) {
                    member.setValue(JsonNodeFactory.instance.textNode(
                            replacement.apply(member.getValue().textValue())));
                }
            });
        }
        node.forEach(each -> replaced(each, replacement));
    }
}
