package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.ResponseRule;
import io.httpconnector.RetryPolicy;
import io.httpconnector.internal.json.DefinitionParser;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.template.RequestDefinition.BodyDefinition;
import io.httpconnector.template.TemplateProblem.Code;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Converts a request definition to JSON and back, without loss. */
final class RequestDefinitionCodec {

    private static final List<String> STYLES = Stream.of(ListStyle.values())
            .map(style -> style.name().toLowerCase(Locale.ROOT))
            .toList();

    /** The members of a body, of which exactly one is present. */
    static final List<String> BODIES = List.of("json", "jsonText", "form", "multipart", "xml", "text", "bytes");

    private RequestDefinitionCodec() {}

    static ObjectNode write(RequestDefinition definition) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("name", definition.name());
        json.put("method", definition.method());
        json.put("url", definition.url());
        definition.hosts().forEach(json.withArray("/hosts")::add);
        definition.query().forEach(pair -> json.withArray("/query").add(write(pair)));
        definition.headers().forEach(pair -> json.withArray("/headers").add(write(pair)));
        if (definition.body() instanceof BodyDefinition.GraphQlBody graphQl) {
            json.set("graphql", GraphQlMember.write(graphQl));
        } else if (definition.body() != null) {
            json.set("body", write(definition.body()));
        }
        definition.accept().forEach(json.withArray("/accept")::add);
        if (definition.timeout() != null) {
            json.put("timeout", definition.timeout().toString());
        }
        if (definition.idempotent()) {
            json.put("idempotent", true);
        }
        definition.rules().forEach(rule -> json.withArray("/rules").add(rule.toJson()));
        if (definition.retry() != null) {
            json.set("retry", definition.retry().toJson());
        }
        boolean usual = definition.open().equals(PillSyntax.DEFAULT.open())
                && definition.close().equals(PillSyntax.DEFAULT.close());
        if (!usual) {
            json.putArray("delimiters").add(definition.open()).add(definition.close());
        }
        // Empty lists are left out.
        for (String list : List.of("hosts", "query", "headers", "accept")) {
            if (json.path(list).isEmpty()) {
                json.remove(list);
            }
        }
        return json;
    }

    private static ObjectNode write(RequestDefinition.PairDefinition pair) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("name", pair.name()).put("value", pair.value());
        if (pair.style() != null) {
            json.put("list", pair.style().name().toLowerCase(Locale.ROOT));
        }
        return json;
    }

    private static ObjectNode write(BodyDefinition content) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        if (content instanceof BodyDefinition.JsonBody body) {
            JsonNode tree = tree(body.json());
            return tree == null ? json.put("jsonText", body.json()) : json.set("json", tree);
        }
        if (content instanceof BodyDefinition.FormBody form) {
            ArrayNode fields = json.putArray("form");
            form.fields().forEach(pair -> fields.add(write(pair)));
        } else if (content instanceof BodyDefinition.MultipartBody parts) {
            ArrayNode array = json.putArray("multipart");
            for (RequestDefinition.PartDefinition part : parts.parts()) {
                ObjectNode written = write(part.field());
                if (part.fileName() != null) {
                    written.put("fileName", part.fileName());
                }
                if (part.contentType() != null) {
                    written.put("contentType", part.contentType());
                }
                array.add(written);
            }
        } else if (content instanceof BodyDefinition.XmlBody xml) {
            json.put("xml", xml.xml());
        } else if (content instanceof BodyDefinition.TextBody text) {
            json.put("text", text.text()).put("contentType", text.contentType());
        } else if (content instanceof BodyDefinition.BytesBody bytes) {
            json.put("bytes", bytes.content()).put("contentType", bytes.contentType());
        }
        return json;
    }

    /** Parses the text as a tree if that is equivalent; null if pills are outside of strings, or it is verbatim. */
    private static @Nullable JsonNode tree(String json) {
        try {
            // An escaped character is not a delimiter in the text, but would be one in the tree.
            return json.contains("\\u") || json.contains("\\/") || repeatsNames(json) ? null : JsonSupport.parse(json);
        } catch (InvalidDefinitionException e) {
            return null;
        }
    }

    /** Whether an object has duplicate member names, of which a tree would keep only one. */
    private static boolean repeatsNames(String json) {
        try {
            return !DefinitionParser.repeatedMembers(json).isEmpty();
        } catch (IOException e) {
            return true;
        }
    }

    /**
     * Reads a definition; null if the JSON is not an object. Adds all problems, and fills the affected members with
     * placeholders.
     */
    static @Nullable RequestDefinition read(@Nullable JsonNode json, List<TemplateProblem> problems) {
        List<RequestDefinition> read = new ArrayList<>();
        try {
            return JsonObjectReader.read("request", json, reader -> {
                read.add(definition(reader));
                return read.get(0);
            });
        } catch (InvalidDefinitionException e) {
            e.problems().forEach(problem -> problems.add(problem(problem)));
            return read.isEmpty() ? null : read.get(0);
        }
    }

    private static TemplateProblem problem(String problem) {
        int colon = problem.startsWith("/") ? problem.indexOf(": ") : -1;
        String part = colon < 0 ? "request" : problem.substring(0, colon);
        return TemplateProblem.of(
                SourceLocation.of(part), Code.MALFORMED, null, problem.substring(colon < 0 ? 0 : colon + 2));
    }

    private static RequestDefinition definition(JsonObjectReader reader) {
        // "name": The name of the request.
        String name = reader.requiredText("name");
        // "method": The method, such as `GET`.
        String method = reader.requiredText("method");
        // "url": The URL, absolute or relative to the base URL of the connection, with pills. Default: `/`.
        String url = reader.text("url");
        // "delimiters": The two texts around a pill, instead of `{{` and `}}`.
        List<String> delimiters = reader.texts("delimiters");
        JsonNode pair = reader.any("delimiters");
        boolean own = delimiters.size() == 2;
        if (pair != null && pair.isArray() && pair.size() != 2) {
            reader.problem("delimiters", "expected two strings, found " + pair.size());
        }
        return new RequestDefinition(
                isText(reader, "name") ? name : "request",
                isText(reader, "method") ? method : "GET",
                url == null ? "/" : url,
                // "hosts": The hosts, such as `*.example.com`, that a URL whose host is a pill may have.
                reader.texts("hosts"),
                // "query": The query parameters.
                reader.objects("query", RequestDefinitionCodec::pair),
                // "headers": The header fields.
                reader.objects("headers", RequestDefinitionCodec::pair),
                body(reader),
                // "accept": The statuses that are accepted besides 2xx.
                reader.integers("accept"),
                // "timeout": The time limit of the request. Default: that of the connection.
                reader.duration("timeout"),
                // "idempotent": Whether the service has the same state if it processes the request twice, so that it
                // may be
                // retried when its response was lost. Default: false; methods that only read need no such declaration.
                Boolean.TRUE.equals(reader.flag("idempotent")),
                // "rules": The meanings of responses, which precede the rules of the connection.
                reader.elements("rules", (rule, at) -> ResponseRule.fromJson(rule)),
                // "retry": The retries, or `none`. Default: those of the connection.
                reader.documentOr("retry", "none", RetryPolicy.none(), RetryPolicy::fromJson),
                own ? delimiters.get(0) : PillSyntax.DEFAULT.open(),
                own ? delimiters.get(1) : PillSyntax.DEFAULT.close());
    }

    private static @Nullable BodyDefinition body(JsonObjectReader reader) {
        // "body": The body. Default: none.
        BodyDefinition body = reader.object("body", RequestDefinitionCodec::content);
        // "graphql": A GraphQL query instead of a body.
        BodyDefinition graphQl = reader.object("graphql", GraphQlMember::read);
        reader.atMostOneOf("body", "graphql");
        return graphQl == null ? body : graphQl;
    }

    /** Whether the member is a string, possibly empty; other types have already been reported. */
    private static boolean isText(JsonObjectReader reader, String member) {
        JsonNode value = reader.any(member);
        return value != null && value.isTextual();
    }

    private static RequestDefinition.PairDefinition pair(JsonObjectReader reader) {
        // "list": How a list is sent: as repeated names, with brackets or indices, or in one value.
        String style = reader.oneOf("list", STYLES);
        return new RequestDefinition.PairDefinition(
                // "name": The name.
                reader.requiredText("name"),
                // "value": The value, with pills; for a file its content.
                reader.requiredText("value"),
                style == null ? null : ListStyle.valueOf(style.toUpperCase(Locale.ROOT)));
    }

    private static RequestDefinition.PartDefinition part(JsonObjectReader reader) {
        RequestDefinition.PairDefinition pair = pair(reader);
        // "fileName": The name of a file.
        String fileName = reader.text("fileName");
        // "contentType": The media type of the part. Default: `application/octet-stream` for a file.
        String contentType = reader.text("contentType");
        String usedType = contentType == null && fileName != null ? "application/octet-stream" : contentType;
        return new RequestDefinition.PartDefinition(pair, fileName, usedType);
    }

    private static @Nullable BodyDefinition content(JsonObjectReader reader) {
        // "json": Any JSON, with pills in its texts.
        JsonNode json = reader.any("json");
        // "jsonText": JSON as text, with pills.
        String jsonText = reader.text("jsonText");
        // "form": The fields of a form.
        List<RequestDefinition.PairDefinition> form = reader.objects("form", RequestDefinitionCodec::pair);
        // "multipart": The parts of a multipart form.
        List<RequestDefinition.PartDefinition> multipart = reader.objects("multipart", RequestDefinitionCodec::part);
        // "xml": XML, with pills.
        String xml = reader.text("xml");
        // "text": Any text, with pills.
        String text = reader.text("text");
        // "bytes": A pill whose value is binary data in base64.
        String bytes = reader.text("bytes");
        // "contentType": The media type of `text` or `bytes`.
        String type = reader.text("contentType");
        String kind = reader.exactlyOneOf(BODIES.toArray(String[]::new));
        if (kind == null) {
            return null;
        }
        boolean typed = kind.equals("text") || kind.equals("bytes");
        if (typed) {
            reader.require("contentType");
        } else if (reader.has("contentType")) {
            reader.problem("contentType", "is only allowed for text and bytes, not for " + kind + "");
        }
        String usedType = type == null ? "text/plain" : type;
        return switch (kind) {
            case "json" -> json == null ? null : new BodyDefinition.JsonBody(json.toPrettyString());
            case "jsonText" -> jsonText == null ? null : new BodyDefinition.JsonBody(jsonText);
            case "form" -> new BodyDefinition.FormBody(form);
            case "multipart" -> new BodyDefinition.MultipartBody(multipart);
            case "xml" -> xml == null ? null : new BodyDefinition.XmlBody(xml);
            case "text" -> text == null ? null : new BodyDefinition.TextBody(text, usedType);
            default -> bytes == null ? null : new BodyDefinition.BytesBody(bytes, usedType);
        };
    }
}
