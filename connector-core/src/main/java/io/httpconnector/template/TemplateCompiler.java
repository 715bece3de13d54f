package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.template.RequestDefinition.BodyDefinition;
import io.httpconnector.template.TemplateProblem.Code;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Compiles a definition to a {@link RequestTemplate}, and collects all problems. Those of a document are located by the JSON
 * Pointers of its members, those of a builder by the names of the parts.
 */
final class TemplateCompiler {

    private final RequestDefinition definition;
    private final @Nullable JsonNode document;
    private final PillSyntax syntax;
    private final List<TemplateProblem> problems = new ArrayList<>();

    private TemplateCompiler(
            RequestDefinition definition,
            @Nullable JsonNode document,
            Map<String, Filters.FilterDefinition> customFilters) {
        this.definition = definition;
        this.document = document;
        this.syntax = new PillSyntax(definition.open(), definition.close(), customFilters);
    }

    /** Compiles the definition of a builder. */
    static RequestTemplate compile(
            RequestDefinition definition,
            Map<String, Filters.FilterDefinition> customFilters,
            List<TemplateProblem> known) {
        TemplateCompiler compiler = new TemplateCompiler(definition, null, customFilters);
        compiler.problems.addAll(known);
        return compiler.compile();
    }

    /** Compiles the definition that was read from a document. */
    static RequestTemplate compile(
            RequestDefinition definition,
            JsonNode document,
            Map<String, Filters.FilterDefinition> customFilters,
            List<TemplateProblem> known) {
        TemplateCompiler compiler = new TemplateCompiler(definition, document, customFilters);
        compiler.problems.addAll(known);
        return compiler.compile();
    }

    private RequestTemplate compile() {
        checkNames();
        UrlTemplate url = at("/url", () -> UrlTemplate.compile(syntax, definition.url(), definition.hosts(), problems));
        check("method", () -> Request.of(definition.method().isEmpty() ? "GET" : definition.method(), "/"));
        check("url", () -> Request.get(url.sample()));
        List<NamedTemplate> query = pairs("query ", "/query", definition.query());
        List<NamedTemplate> headers = pairs("header ", "/headers", definition.headers());
        checkHeaders(headers);
        BodyDefinition content = definition.body();
        BodyTemplate body = content == null ? null : at(bodyPointer(), () -> body(content));
        for (int i = 0; i < definition.accept().size(); i++) {
            int status = definition.accept().get(i);
            check("accept", "/accept/" + i, () -> Request.get("/").acceptStatus(status));
        }
        Duration timeout = definition.timeout();
        if (timeout != null) {
            check("timeout", () -> Request.get("/").timeout(timeout));
        }
        if (!problems.isEmpty()) {
            throw new InvalidTemplateException(
                    definition.name(), problems.stream().distinct().toList());
        }
        return new RequestTemplate(definition, syntax.customFilters(), url, query, headers, body);
    }

    private void checkHeaders(List<NamedTemplate> headers) {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < headers.size(); i++) {
            String name = headers.get(i).name();
            String fixed = headers.get(i).value().fixed();
            boolean isRepeated = !names.add(name.toLowerCase(Locale.ROOT));
            Request request = Request.get("/");
            check(
                    "header " + name,
                    "/headers/" + i,
                    () -> (isRepeated ? request.header(name, "") : request)
                            .addHeader(name, fixed == null ? "" : fixed));
        }
    }

    /** Runs a step. In a document, its problems are those of the member that the JSON Pointer identifies. */
    private <T extends @Nullable Object> T at(String pointer, Supplier<T> step) {
        int before = problems.size();
        T result = step.get();
        for (int i = before; document != null && i < problems.size(); i++) {
            problems.set(i, problems.get(i).in(pointer));
        }
        return result;
    }

    private String bodyPointer() {
        if (definition.body() instanceof BodyDefinition.GraphQlBody) {
            return "/graphql";
        }
        String member = "";
        if (document != null) {
            for (String kind : RequestDefinitionCodec.BODIES) {
                member = document.path("body").has(kind) ? "/" + kind : member;
            }
        }
        return "/body" + member;
    }

    private void checkNames() {
        if (definition.name().isEmpty()) {
            addProblem("name", "/name", "missing: describe what the request does, such as \"Create venue\"");
        }
        if (definition.method().isEmpty()) {
            addProblem("method", "/method", "missing: set it with get(url), post(url) or a similar method");
        }
        for (String delimiter : List.of(definition.open(), definition.close())) {
            if (!delimiter.matches("[^\\s\\w\"'\\\\]{1,8}")) {
                addProblem(
                        "delimiters",
                        "/delimiters",
                        "a delimiter must have 1 to 8 characters, without letters, digits,"
                                + " quotes, backslashes and whitespace");
            }
        }
    }

    private List<NamedTemplate> pairs(String part, String pointer, List<RequestDefinition.PairDefinition> definitions) {
        List<NamedTemplate> pairs = new ArrayList<>();
        for (RequestDefinition.PairDefinition pair : definitions) {
            pairs.add(at(
                    pointer + "/" + pairs.size(),
                    () -> NamedTemplate.compile(syntax, part + pair.name(), pair, problems)));
        }
        return pairs;
    }

    private @Nullable BodyTemplate body(BodyDefinition content) {
        if (content instanceof BodyDefinition.JsonBody json) {
            JsonTemplate template = JsonCompiler.compile(syntax, json.json(), problems);
            return template == null ? null : new BodyTemplate.JsonBodyTemplate(template);
        }
        if (content instanceof BodyDefinition.GraphQlBody graphQl) {
            JsonTemplate template = GraphQlCompiler.compile(syntax, definition.method(), graphQl, problems);
            return template == null ? null : new BodyTemplate.JsonBodyTemplate(template);
        }
        if (content instanceof BodyDefinition.FormBody form) {
            return new BodyTemplate.FormBodyTemplate(pairs("form field ", "/body/form", form.fields()));
        }
        if (content instanceof BodyDefinition.MultipartBody parts) {
            List<BodyTemplate.PartTemplate> compiled = new ArrayList<>();
            for (RequestDefinition.PartDefinition part : parts.parts()) {
                compiled.add(at("/body/multipart/" + compiled.size(), () -> part(part)));
            }
            return new BodyTemplate.MultipartBodyTemplate(compiled);
        }
        if (content instanceof BodyDefinition.XmlBody xml) {
            return new BodyTemplate.TextBodyTemplate(
                    XmlCompiler.compile(syntax, xml.xml(), problems),
                    text("content type", "application/xml; charset=utf-8"));
        }
        if (content instanceof BodyDefinition.TextBody text) {
            return new BodyTemplate.TextBodyTemplate(text("body", text.text()), contentType(text.contentType()));
        }
        BodyDefinition.BytesBody bytes = (BodyDefinition.BytesBody) content;
        return new BodyTemplate.BytesBodyTemplate(text("body", bytes.content()), contentType(bytes.contentType()));
    }

    private BodyTemplate.PartTemplate part(RequestDefinition.PartDefinition part) {
        String name = "part " + part.field().name();
        return new BodyTemplate.PartTemplate(
                NamedTemplate.compile(syntax, name, part.field(), problems),
                optional(name + " file name", part.fileName()),
                optional(name + " content type", part.contentType()));
    }

    private @Nullable TextTemplate optional(String part, @Nullable String text) {
        return text == null ? null : text(part, text);
    }

    private TextTemplate text(String part, String text) {
        return TextTemplate.compile(syntax, part, text, TextTemplate.Escaper.PLAIN, problems);
    }

    private TextTemplate contentType(String text) {
        return at("/body/contentType", () -> text("content type", text));
    }

    private void addProblem(String part, String pointer, String message) {
        boolean unused = at(
                pointer,
                () -> problems.add(TemplateProblem.of(SourceLocation.of(part), Code.MALFORMED, null, message)));
    }

    private static String name(String part) {
        return part.substring(part.indexOf(' ') + 1) + ": ";
    }

    private void check(String part, Supplier<Request> step) {
        check(part, "/" + part, step);
    }

    private void check(String part, String pointer, Supplier<Request> step) {
        try {
            Request unused = step.get();
        } catch (InvalidDefinitionException e) {
            // What the request calls by its own name stands in the part already.
            String message = String.valueOf(e.getMessage()).replaceFirst("^Invalid [a-z]+: |^Invalid URL ", "");
            addProblem(
                    part,
                    pointer,
                    message.startsWith(name(part))
                            ? message.substring(name(part).length())
                            : message);
        }
    }
}
