package io.httpconnector.template;

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

/** Compiles a definition to a {@link RequestTemplate}, and collects all problems. */
final class TemplateCompiler {

    private final RequestDefinition definition;
    private final PillSyntax syntax;
    private final List<TemplateProblem> problems = new ArrayList<>();

    private TemplateCompiler(RequestDefinition definition, Map<String, Filters.FilterDefinition> customFilters) {
        this.definition = definition;
        this.syntax = new PillSyntax(definition.open(), definition.close(), customFilters);
    }

    static RequestTemplate compile(
            RequestDefinition definition,
            Map<String, Filters.FilterDefinition> customFilters,
            List<TemplateProblem> known) {
        TemplateCompiler compiler = new TemplateCompiler(definition, customFilters);
        compiler.problems.addAll(known);
        return compiler.compile();
    }

    private RequestTemplate compile() {
        checkNames();
        UrlTemplate url = UrlTemplate.compile(syntax, definition.url(), definition.hosts(), problems);
        check("method", () -> Request.of(definition.method().isEmpty() ? "GET" : definition.method(), "/"));
        check("url", () -> Request.get(url.sample()));
        List<NamedTemplate> query = pairs("query ", definition.query());
        List<NamedTemplate> headers = pairs("header ", definition.headers());
        Set<String> names = new HashSet<>();
        for (NamedTemplate header : headers) {
            String fixed = header.value().fixed();
            Request request = Request.get("/");
            String name = header.name();
            boolean isRepeated = !names.add(name.toLowerCase(Locale.ROOT));
            check(
                    "header " + name,
                    () -> (isRepeated ? request.header(name, "") : request)
                            .addHeader(name, fixed == null ? "" : fixed));
        }
        BodyDefinition content = definition.body();
        BodyTemplate body = content == null ? null : body(content);
        definition
                .accept()
                .forEach(status -> check("accept", () -> Request.get("/").acceptStatus(status)));
        Duration timeout = definition.timeout();
        if (timeout != null) {
            check("timeout", () -> Request.get("/").timeout(timeout));
        }
        if (!problems.isEmpty()) {
            throw new InvalidTemplateException(definition.name(), problems);
        }
        return new RequestTemplate(definition, syntax.customFilters(), url, query, headers, body);
    }

    private void checkNames() {
        if (definition.name().isEmpty()) {
            addProblem("name", "missing: describe what the request does, such as \"Create venue\"");
        }
        if (definition.method().isEmpty()) {
            addProblem("method", "missing: set it with get(url), post(url) or a similar method");
        }
        for (String delimiter : List.of(definition.open(), definition.close())) {
            if (!delimiter.matches("[^\\s\\w\"'\\\\]{1,8}")) {
                addProblem(
                        "delimiters",
                        "a delimiter must have 1 to 8 characters, without letters, digits,"
                                + " quotes, backslashes and whitespace");
            }
        }
    }

    private List<NamedTemplate> pairs(String part, List<RequestDefinition.PairDefinition> definitions) {
        return definitions.stream()
                .map(pair -> NamedTemplate.compile(syntax, part + pair.name(), pair, problems))
                .toList();
    }

    private @Nullable BodyTemplate body(BodyDefinition content) {
        if (content instanceof BodyDefinition.JsonBody json) {
            JsonTemplate template = JsonCompiler.compile(syntax, json.json(), problems);
            return template == null ? null : new BodyTemplate.JsonBodyTemplate(template);
        }
        if (content instanceof BodyDefinition.FormBody form) {
            return new BodyTemplate.FormBodyTemplate(pairs("form field ", form.fields()));
        }
        if (content instanceof BodyDefinition.MultipartBody parts) {
            return new BodyTemplate.MultipartBodyTemplate(
                    parts.parts().stream().map(this::part).toList());
        }
        if (content instanceof BodyDefinition.XmlBody xml) {
            return new BodyTemplate.TextBodyTemplate(
                    XmlCompiler.compile(syntax, xml.xml(), problems),
                    text("content type", "application/xml; charset=utf-8"));
        }
        if (content instanceof BodyDefinition.TextBody text) {
            return new BodyTemplate.TextBodyTemplate(
                    text("body", text.text()), text("content type", text.contentType()));
        }
        BodyDefinition.BytesBody bytes = (BodyDefinition.BytesBody) content;
        return new BodyTemplate.BytesBodyTemplate(
                text("body", bytes.content()), text("content type", bytes.contentType()));
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

    private void addProblem(String part, String message) {
        problems.add(TemplateProblem.of(SourceLocation.of(part), Code.MALFORMED, null, message));
    }

    private static String name(String part) {
        return part.substring(part.indexOf(' ') + 1) + ": ";
    }

    private void check(String part, Supplier<Request> step) {
        try {
            Request unused = step.get();
        } catch (InvalidDefinitionException e) {
            // What the request calls by its own name stands in the part already.
            String message = String.valueOf(e.getMessage()).replaceFirst("^Invalid [a-z]+: |^Invalid URL ", "");
            addProblem(
                    part,
                    message.startsWith(name(part))
                            ? message.substring(name(part).length())
                            : message);
        }
    }
}
