package io.httpconnector.definition.imports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.definition.imports.JinjaConstants.Constant;
import io.httpconnector.definition.imports.JinjaParser.UnsupportedException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Converts the streams of a manifest of Airbyte to requests and triggers. Not thread-safe. */
final class AirbyteConverter {

    private static final int MAX_LEVELS = 6;
    private static final Pattern PER_POLL = Pattern.compile("\\{\\{\\s*(?:cursor|window|now)\\b");

    private final AirbyteScope scope;
    private final AirbyteAuth auth;
    private final String baseUrl;

    AirbyteConverter(AirbyteScope scope, AirbyteAuth auth, String baseUrl) {
        this.scope = scope;
        this.auth = auth;
        this.baseUrl = baseUrl;
    }

    /** A stream: a request with its records and pages, its parents, and what a trigger has in addition. */
    private record Parts(
            ObjectNode request, @Nullable ObjectNode parents, ObjectNode trigger, Map<String, String> pills) {}

    /**
     * A source of parents, without name and key.
     *
     * @param pills the pills by the name of a value of its own partition
     */
    record Parent(ObjectNode source, Map<String, String> pills) {}

    /**
     * Converts a stream.
     *
     * @param name the name in the document
     * @param document receives the request and the trigger
     */
    void convert(CatalogueItem stream, String name, ObjectNode document) {
        Parts parts = parts(stream, 0, "");
        if (parts == null) {
            return;
        }
        AirbyteUnread.note(stream);
        ObjectNode parents = usedParents(parts, stream);
        key(stream, parts.trigger);
        ObjectNode trigger = parts.trigger;
        if (parents != null) {
            trigger.set("parents", parents);
        }
        if (PER_POLL.matcher(parts.request.toString()).find()) {
            ObjectNode template = parts.request.deepCopy();
            for (String member : List.of("records", "pagination", "operation")) {
                if (template.has(member)) {
                    trigger.set(member, template.remove(member));
                }
            }
            trigger.set("request", template);
        } else {
            document.withObject("/requests").set(name, parts.request);
            trigger.put("request", name);
        }
        document.withObject("/triggers").set(name, trigger);
    }

    /** Returns the parents of a stream; null if its request has nothing of them, and is therefore sent once. */
    private static @Nullable ObjectNode usedParents(Parts parts, CatalogueItem stream) {
        String request = parts.request.toString();
        boolean isUsed = parts.pills.isEmpty()
                || parts.pills.values().stream()
                        .map(pill -> pill.replaceFirst("[^A-Za-z0-9_].*", ""))
                        .anyMatch(name -> request.matches("(?s).*\\b" + name + "\\b.*"));
        if (parts.parents != null && !isUsed) {
            stream.at("retriever")
                    .at("partition_router")
                    .skip("the request is the same for all parents: it is sent once");
            return null;
        }
        return parts.parents;
    }

    /** Returns a source of parents; null if it has no counterpart, which is noted. */
    @Nullable Parent parent(CatalogueItem stream, int level, String suffix) {
        if (level > MAX_LEVELS) {
            stream.note("there are too many levels of parents");
            return null;
        }
        Parts parts = parts(stream, level, suffix);
        if (parts == null) {
            return null;
        }
        ObjectNode source = JsonNodeFactory.instance.objectNode();
        ObjectNode template = parts.request;
        JsonNode records = template.remove("records");
        source.set("records", records == null ? JsonNodeFactory.instance.objectNode() : records);
        JsonNode pagination = template.remove("pagination");
        if (pagination != null) {
            source.set("pagination", pagination);
        }
        source.set("request", template.put("name", "Parents of level " + level));
        if (parts.parents != null) {
            source.set("below", parts.parents);
        }
        return new Parent(source, parts.pills);
    }

    private @Nullable Parts parts(CatalogueItem given, int level, String suffix) {
        CatalogueItem stream = AirbyteDelegation.is(given) ? AirbyteDelegation.asParent(given) : given;
        if (!stream.exists()) {
            stream.note("the stream is missing");
            return null;
        }
        String type = stream.text("type", "DeclarativeStream");
        if (!type.equals("DeclarativeStream")) {
            stream.note("there is no counterpart of the stream \"" + stream.text("class_name", type) + "\"");
            return null;
        }
        CatalogueItem retriever = stream.at("retriever");
        String kind = retriever.text("type", "SimpleRetriever");
        boolean isAsynchronous = AirbyteOperation.is(retriever);
        CatalogueItem requester = AirbyteOperation.requester(retriever);
        String requests = requester.text("type", "HttpRequester");
        boolean isKnown = kind.equals("SimpleRetriever") || isAsynchronous;
        if (!isKnown || !requests.equals("HttpRequester") || (isAsynchronous && level > 0)) {
            CatalogueItem odd = isKnown && level == 0 ? requester : retriever;
            odd.note("there is no counterpart of \"" + odd.text("class_name", odd.text("type", "")) + "\"");
            return null;
        }
        AirbyteScope own = scope.of(retriever);
        AirbyteParents parents = new AirbyteParents(this, own, level, suffix);
        ObjectNode listed = parents.convert(retriever.at("partition_router"));
        AirbyteScope withParents = own.withPartition(parents.pills);
        ObjectNode trigger = JsonNodeFactory.instance.objectNode();
        CatalogueItem sync = stream.at("incremental_sync");
        AirbyteCursor cursor = new AirbyteCursor(
                sync, withParents, requester.node().toString(), new AirbyteAddedFields(stream, scope));
        boolean isIncremental = sync.exists() && cursor.isSupported();
        if (sync.exists() && !cursor.isSupported()) {
            sync.note("there is no counterpart of the synchronisation \""
                    + sync.text("class_name", sync.text("type", "")) + "\"");
        }
        AirbyteScope forRequest = isIncremental && cursor.isInTemplate() && level == 0
                ? withParents.withPartition(cursor.pills())
                : withParents;
        AirbyteInterval interval = level > 0 && sync.exists() ? new AirbyteInterval(sync, withParents) : null;
        if (interval != null) {
            forRequest = forRequest.withPartition(interval.pills());
        }
        if (!sync.exists()) {
            forRequest = forRequest.withPartition(Map.of(AirbyteScope.NO_STATE, ""));
        }
        if (parents.isComplete() && (!sync.exists() || (isIncremental && level == 0))) {
            forRequest = forRequest.withPartition(Map.of(AirbyteScope.COMPLETE, ""));
        }
        forRequest = forRequest.with("page", AirbytePagination.token(AirbyteOperation.paginator(retriever)));
        ObjectNode request = new AirbyteRequest(requester, forRequest, auth).convert(baseUrl);
        parents.options.forEach((option, pill) -> send(option, pill, request));
        if (interval != null) {
            interval.options().forEach((option, pill) -> send(option, pill, request));
        }
        String basePath = AirbyteRequest.withoutQuery(baseUrl)
                .substring(AirbyteRequest.origin(baseUrl).length());
        AirbytePagination pages = new AirbytePagination(
                AirbyteOperation.paginator(retriever),
                own,
                request.toString(),
                recordPath(retriever),
                new AirbyteNextPath(
                        basePath,
                        requester.at("request_parameters"),
                        requester.node().toString().contains("next_page_token")));
        ObjectNode pagination = pages.convert();
        send(pages.unpagedSize(), request);
        if (!pagination.isEmpty()) {
            request.set("pagination", pagination);
        }
        if (level > 0 && sync.exists()) {
            sync.skip("parents are listed from the start for each poll");
        }
        String filtered = null;
        if (isIncremental && level == 0) {
            cursor.convert(trigger, request);
            filtered = cursor.isClientSide() ? cursor.pointer() : null;
        } else {
            trigger.putObject("startPosition").put("everything", true);
        }
        records(retriever, request, filtered, new AirbyteAddedFields(stream, scope));
        if (cursor.newest() != null) {
            request.withObject("/records").withArray("/where").addObject().put("expression", cursor.newest());
        }
        if (isAsynchronous) {
            request.set("operation", new AirbyteOperation(retriever, forRequest, auth, baseUrl).convert(request));
        }
        stream.at("transformations").elements().forEach(each -> transformation(each));
        return new Parts(request, listed, trigger, parents.pills);
    }

    private void send(CatalogueItem option, String pill, ObjectNode request) {
        ObjectNode location = AirbytePagination.location(option, scope);
        if (location == null) {
            return;
        }
        location.properties().forEach(place -> {
            String value = scope.omitting("{{" + pill + "}}");
            String name = place.getValue().asText();
            switch (place.getKey()) {
                case "query" ->
                    request.withArray("/query").addObject().put("name", name).put("value", value);
                case "header" ->
                    request.withArray("/headers").addObject().put("name", name).put("value", value);
                case "field" ->
                    request.withObject("/body")
                            .withArray("form")
                            .addObject()
                            .put("name", name)
                            .put("value", value);
                default -> request.withObject("/body").withObject("/json").put(name.substring(1), value);
            }
        });
    }

    /** Sends the size of the only page. */
    private static void send(@Nullable ObjectNode size, ObjectNode request) {
        if (size == null) {
            return;
        }
        String value = size.path("size").asText();
        if (size.has("query") || size.has("header")) {
            request.withArray(size.has("query") ? "/query" : "/headers")
                    .addObject()
                    .put(
                            "name",
                            size.path(size.has("query") ? "query" : "header").asText())
                    .put("value", value);
        } else if (size.has("json")) {
            request.withObject("/body")
                    .withObject("/json")
                    .put(size.path("json").asText().substring(1), Integer.parseInt(value));
        } else {
            request.withObject("/body")
                    .withArray("/form")
                    .addObject()
                    .put("name", size.path("field").asText())
                    .put("value", value);
        }
    }

    private static void transformation(CatalogueItem transformation) {
        String type = transformation.text("type", "");
        if (type.startsWith("Custom") || transformation.has("class_name")) {
            transformation.ignore(
                    "its code is not imported: events have the records as the service sends them", "class_name");
            return;
        }
        transformation.ignore(
                "events have the records as the service sends them", "fields", "field_pointers", "mapping", "type");
    }

    private static List<String> recordPath(CatalogueItem retriever) {
        return AirbyteOperation.extractor(retriever).texts("field_path");
    }

    private void records(
            CatalogueItem retriever, ObjectNode request, @Nullable String filtered, AirbyteAddedFields added) {
        CatalogueItem selector = retriever.at("record_selector");
        CatalogueItem extractor = AirbyteOperation.extractor(retriever);
        ObjectNode records = JsonNodeFactory.instance.objectNode();
        String type = extractor.text("type", "DpathExtractor");
        if (type.equals("DpathExtractor")) {
            StringBuilder path = new StringBuilder();
            for (CatalogueItem step : extractor.at("field_path").elements()) {
                String text = scope.of(extractor).constant(step);
                if (text != null && !text.isEmpty()) {
                    path.append('/').append(text.replace("~", "~0").replace("/", "~1"));
                }
            }
            if (!path.isEmpty()) {
                records.put("path", path.toString());
            }
            if (extractor.has("inject_key_as_field")) {
                records.put("keyed", scope.of(extractor).constant(extractor.at("inject_key_as_field")));
            }
        } else {
            extractor.note("there is no counterpart of the extractor \"" + extractor.text("class_name", type) + "\"");
        }
        records.put("optional", true);
        decoder(AirbyteOperation.decoder(retriever), records);
        CatalogueItem filter = selector.at("record_filter");
        String tested = "record";
        if (selector.isSet("transform_before_filtering") && filter.has("condition")) {
            tested = added.tested(filter.text("condition", ""));
            if (tested == null) {
                selector.at("transform_before_filtering")
                        .note("a condition for values that a transformation changes is not imported");
            }
        }
        filter(filter, records, filtered, tested == null ? "record" : tested);
        selector.ignore("records keep their types", "schema_normalization");
        request.set("records", records);
    }

    private static void decoder(CatalogueItem decoder, ObjectNode records) {
        String type = decoder.text("type", "");
        switch (type) {
            case "", "JsonDecoder" -> {}
            case "JsonParser" -> {}
            case "XmlDecoder" -> records.put("as", "XML");
            case "JsonlDecoder", "IterableDecoder", "JsonLineParser" -> records.put("as", "JSON_LINES");
            case "CsvDecoder", "CsvParser" -> csv(decoder, records);
            case "CompositeRawDecoder" -> decoder(decoder.at("parser"), records);
            case "GzipParser" -> decoder(decoder.at("inner_parser"), records);
            // A gzip file is recognized by its content.
            case "GzipDecoder" -> decoder(decoder.at("decoder"), records);
            default -> {
                // The files of an archive are recognized by its content.
                CatalogueItem inner = type.equals("ZipfileDecoder")
                        ? decoder.at(decoder.has("decoder") ? "decoder" : "parser")
                        : decoder.at("");
                if (inner.exists()) {
                    decoder(inner, records);
                } else {
                    decoder.note("there is no counterpart of the decoder \"" + decoder.text("class_name", type) + "\"");
                }
            }
        }
    }

    private static void csv(CatalogueItem decoder, ObjectNode records) {
        String delimiter = decoder.text("delimiter", ",");
        String separator = delimiter.equals("\\t") ? "\t" : delimiter;
        if (separator.equals(",")) {
            records.put("as", "CSV");
        } else if (separator.length() == 1) {
            records.put("csv", separator);
        } else {
            decoder.at("delimiter").note("a separator has one character");
        }
        String encoding = decoder.text("encoding", "utf-8");
        if (!encoding.equalsIgnoreCase("utf-8")) {
            records.put("csvCharset", encoding.toUpperCase(Locale.ROOT));
            records.remove("as");
        }
    }

    /**
     * Converts a filter.
     *
     * @param tested the path of the records that are tested
     * @param filtered the JSON Pointer of the time by which the cursor itself leaves out older records; null if it does not
     */
    private void filter(CatalogueItem filter, ObjectNode records, @Nullable String filtered, String tested) {
        if (!filter.exists()) {
            return;
        }
        String condition = filter.text("condition");
        if (!"RecordFilter".equals(filter.text("type", "RecordFilter")) || condition == null) {
            filter.note("there is no counterpart of the filter \"" + filter.text("class_name", "") + "\"");
            return;
        }
        CatalogueItem item = filter.at("condition");
        try {
            Jinja expression = JinjaTemplate.parse(condition.strip()).expression();
            AirbyteScope own = scope.of(filter).with("record", tested);
            if (filtered != null && isSinceStart(expression, filtered, own)) {
                return;
            }
            if (expression instanceof Jinja.Literal || !condition.strip().startsWith("{{")) {
                throw new UnsupportedException("a text");
            }
            for (Object each : new JinjaPills(own).conditions().all(expression)) {
                if (each instanceof Constant constant) {
                    if (!JinjaConstants.isTrue(constant.value())) {
                        item.note("no record fulfils the condition");
                    }
                } else {
                    records.withArray("/where").addObject().put("expression", "{{" + each + "}}");
                }
            }
        } catch (UnsupportedException e) {
            item.note("there is no counterpart of \"" + e.getMessage() + "\" in the text: "
                    + AirbyteScope.shortened(condition));
        }
    }

    /** Returns whether a condition is that the time of a record is not before the start of the interval. */
    private static boolean isSinceStart(Jinja condition, String pointer, AirbyteScope scope) {
        if (!(condition instanceof Jinja.Binary binary && binary.operator().equals(">="))) {
            return false;
        }
        Jinja start = binary.right() instanceof Jinja.Default defaulted ? defaulted.value() : binary.right();
        boolean isStart = start instanceof Jinja.Path path
                && path.root().matches("stream_interval|stream_slice|stream_partition")
                && path.steps().equals(List.of("start_time"));
        return isStart
                && AirbyteScope.path("record", List.of(pointer.substring(1).split("/", -1)))
                        .equals(new JinjaPills(scope).value(binary.left()));
    }

    private void key(CatalogueItem stream, ObjectNode trigger) {
        List<String> keys = new ArrayList<>();
        AirbyteAddedFields added = new AirbyteAddedFields(stream, scope);
        for (CatalogueItem part : stream.at("primary_key").elements()) {
            List<String> path = new ArrayList<>();
            for (CatalogueItem step : part.elements()) {
                String text = scope.of(stream).constant(step);
                if (text != null && !text.isEmpty()) {
                    path.add(text.replace("~", "~0").replace("/", "~1"));
                }
            }
            String field =
                    part.elements().stream().map(step -> step.node().asText()).collect(Collectors.joining("."));
            List<String> sources = AirbyteWindowTimes.isAdded(trigger, field)
                    ? List.of(AirbyteWindowTimes.pointer(field))
                    : added.key(field);
            if (sources == null) {
                sources = path.isEmpty() ? List.of() : List.of(added.place() + "/" + String.join("/", path));
            }
            sources.stream().filter(source -> !keys.contains(source)).forEach(keys::add);
        }
        if (keys.isEmpty() || keys.contains(AirbyteKey.WHOLE)) {
            trigger.put("wholeRecordAsKey", true);
            trigger.remove("version");
            return;
        }
        keys.forEach(trigger.putArray("key")::add);
        if (!trigger.has("version")) {
            trigger.putArray("wholeRecordAsVersion");
        }
    }

    /** Returns the most common value. */
    static @Nullable String mostCommon(List<String> values) {
        Map<String, Integer> counts = new HashMap<>();
        values.forEach(value -> counts.merge(value, 1, Integer::sum));
        String best = null;
        for (String value : values) {
            if (best == null || counts.getOrDefault(value, 0) > counts.getOrDefault(best, 0)) {
                best = value;
            }
        }
        return best;
    }
}
