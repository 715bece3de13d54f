package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Json;
import io.httpconnector.internal.json.Nearest;
import io.httpconnector.template.RequestDefinition.Content;
import io.httpconnector.template.TemplateProblem.Code;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Writes a definition as JSON and reads it again, without loss. Unknown members are refused: they would be silently lost. */
final class DefinitionJson {

    private static final Set<String> MEMBERS = new TreeSet<>(
            List.of("name", "method", "url", "hosts", "query", "headers", "body", "accept", "timeout", "delimiters"));
    private static final Set<String> PAIR = new TreeSet<>(List.of("name", "value", "list"));
    private static final Set<String> PART = new TreeSet<>(List.of("name", "value", "list", "fileName", "contentType"));

    private final List<TemplateProblem> problems = new ArrayList<>();

    private DefinitionJson() {}

    static ObjectNode write(RequestDefinition definition) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("name", definition.name());
        json.put("method", definition.method());
        json.put("url", definition.url());
        definition.hosts().forEach(json.withArray("/hosts")::add);
        definition.query().forEach(pair -> json.withArray("/query").add(write(pair)));
        definition.headers().forEach(pair -> json.withArray("/headers").add(write(pair)));
        if (definition.body() != null) {
            json.set("body", write(definition.body()));
        }
        definition.accept().forEach(json.withArray("/accept")::add);
        if (definition.timeout() != null) {
            json.put("timeout", definition.timeout().toString());
        }
        boolean usual = definition.open().equals(Language.DEFAULT.open())
                && definition.close().equals(Language.DEFAULT.close());
        if (!usual) {
            json.putArray("delimiters").add(definition.open()).add(definition.close());
        }
        // What is empty says nothing.
        for (String list : List.of("hosts", "query", "headers", "accept")) {
            if (json.path(list).isEmpty()) {
                json.remove(list);
            }
        }
        return json;
    }

    private static ObjectNode write(RequestDefinition.Pair pair) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("name", pair.name()).put("value", pair.value());
        if (pair.style() != null) {
            json.put("list", pair.style().name().toLowerCase(Locale.ROOT));
        }
        return json;
    }

    private static ObjectNode write(Content content) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        if (content instanceof Content.OfJson body) {
            JsonNode tree = tree(body.json());
            return tree == null ? json.put("jsonText", body.json()) : json.set("json", tree);
        }
        if (content instanceof Content.OfForm form) {
            ArrayNode fields = json.putArray("form");
            form.fields().forEach(pair -> fields.add(write(pair)));
        } else if (content instanceof Content.OfParts parts) {
            ArrayNode array = json.putArray("multipart");
            for (RequestDefinition.Part part : parts.parts()) {
                ObjectNode written = write(part.field());
                if (part.fileName() != null) {
                    written.put("fileName", part.fileName());
                }
                if (part.contentType() != null) {
                    written.put("contentType", part.contentType());
                }
                array.add(written);
            }
        } else if (content instanceof Content.OfXml xml) {
            json.put("xml", xml.xml());
        } else if (content instanceof Content.OfText text) {
            json.put("text", text.text()).put("contentType", text.contentType());
        } else if (content instanceof Content.OfBytes bytes) {
            json.put("bytes", bytes.content()).put("contentType", bytes.contentType());
        }
        return json;
    }

    /** The text as a tree, when it means the same; null when pills stand outside of strings, or nothing in it is a pill. */
    private static @Nullable JsonNode tree(String json) {
        try {
            // What is escaped is no delimiter in the text, but would be one in the tree.
            return json.contains("\\u") || json.contains("\\/") ? null : Json.parse(json);
        } catch (InvalidDefinitionException e) {
            return null;
        }
    }

    /** The definition; what is wrong is added to the problems. */
    static RequestDefinition read(@Nullable JsonNode json, List<TemplateProblem> problems) {
        DefinitionJson reader = new DefinitionJson();
        RequestDefinition definition = reader.definition(json == null ? NullNode.getInstance() : json);
        problems.addAll(reader.problems);
        return definition;
    }

    private RequestDefinition definition(JsonNode json) {
        members(json, "request", MEMBERS);
        List<String> delimiters = new ArrayList<>();
        json.path("delimiters").forEach(delimiter -> delimiters.add(delimiter.asText()));
        boolean own = delimiters.size() == 2;
        if (json.has("delimiters") && !own) {
            malformed("delimiters", "they are two texts");
        }
        List<String> hosts = new ArrayList<>();
        json.path("hosts").forEach(host -> hosts.add(host.asText()));
        List<Integer> accept = new ArrayList<>();
        json.path("accept").forEach(status -> accept.add(status.asInt()));
        return new RequestDefinition(
                text(json, "name", ""),
                text(json, "method", ""),
                text(json, "url", "/"),
                hosts,
                pairs(json.path("query"), "query"),
                pairs(json.path("headers"), "headers"),
                json.has("body") ? content(json.get("body")) : null,
                accept,
                timeout(json),
                own ? delimiters.get(0) : Language.DEFAULT.open(),
                own ? delimiters.get(1) : Language.DEFAULT.close());
    }

    private @Nullable Duration timeout(JsonNode json) {
        if (!json.has("timeout")) {
            return null;
        }
        try {
            return Duration.parse(json.path("timeout").asText());
        } catch (DateTimeParseException e) {
            malformed("timeout", "it is no duration: write it as ISO 8601 has it, such as PT30S");
            return null;
        }
    }

    private List<RequestDefinition.Pair> pairs(JsonNode json, String part) {
        List<RequestDefinition.Pair> pairs = new ArrayList<>();
        for (JsonNode pair : json) {
            members(pair, part, PAIR);
            pairs.add(pair(pair, part));
        }
        return pairs;
    }

    private RequestDefinition.Pair pair(JsonNode json, String part) {
        return new RequestDefinition.Pair(text(json, "name", ""), text(json, "value", ""), style(json, part));
    }

    private @Nullable ListStyle style(JsonNode json, String part) {
        String name = json.path("list").asText("");
        for (ListStyle style : ListStyle.values()) {
            if (style.name().toLowerCase(Locale.ROOT).equals(name)) {
                return style;
            }
        }
        if (json.has("list")) {
            malformed(part, "\"" + name + "\" is no list style");
        }
        return null;
    }

    private @Nullable Content content(JsonNode json) {
        String type = text(json, "contentType", "");
        if (json.has("json")) {
            return new Content.OfJson(json.get("json").toPrettyString());
        }
        if (json.has("jsonText")) {
            return new Content.OfJson(text(json, "jsonText", ""));
        }
        if (json.has("form")) {
            return new Content.OfForm(pairs(json.get("form"), "form field"));
        }
        if (json.has("multipart")) {
            List<RequestDefinition.Part> parts = new ArrayList<>();
            for (JsonNode part : json.get("multipart")) {
                members(part, "part", PART);
                boolean isFile = part.has("fileName");
                parts.add(new RequestDefinition.Part(
                        pair(part, "part"),
                        isFile ? text(part, "fileName", "") : null,
                        isFile
                                ? text(part, "contentType", "application/octet-stream")
                                : part.has("contentType") ? text(part, "contentType", "") : null));
            }
            return new Content.OfParts(parts);
        }
        if (json.has("xml")) {
            return new Content.OfXml(text(json, "xml", ""));
        }
        if (json.has("text")) {
            return new Content.OfText(text(json, "text", ""), type);
        }
        if (json.has("bytes")) {
            return new Content.OfBytes(text(json, "bytes", ""), type);
        }
        malformed("body", "it has none of json, jsonText, form, multipart, xml, text and bytes");
        return null;
    }

    private String text(JsonNode json, String member, String otherwise) {
        JsonNode value = json.path(member);
        if (value.isMissingNode()) {
            return otherwise;
        }
        if (!value.isTextual()) {
            malformed(member, "it must be a text");
        }
        return value.asText();
    }

    private void members(JsonNode json, String part, Set<String> known) {
        if (!json.isObject()) {
            malformed(part, "it must be an object");
        }
        json.properties().forEach(member -> {
            if (!known.contains(member.getKey())) {
                problems.add(TemplateProblem.of(
                                Spot.of(part),
                                Code.MALFORMED,
                                null,
                                "it can't have a member \"" + member.getKey() + "\"")
                        .nearest(Nearest.of(member.getKey(), known)));
            }
        });
    }

    private void malformed(String part, String message) {
        problems.add(TemplateProblem.of(Spot.of(part), Code.MALFORMED, null, message));
    }
}
