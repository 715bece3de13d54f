package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.Body;
import io.httpconnector.Exchange;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.ResponseRule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A request with <em>datapills</em>, {@code {{step.field}}}, as placeholders for values that change from job to job.
 *
 * <pre>{@code
 * RequestTemplate createVenue = RequestTemplate.named("Create venue")
 *     .post("/v3/organizations/{{org.id}}/venues/")
 *     .json("""
 *         {"venue": {"name": "{{account.Name}}", "capacity": "{{account.Seats}}", "note": "From {{account.Id}}"}}""")
 *     .build();
 *
 * Response venue = eventbrite.send(createVenue.render(Pills.of("account", record).and("org", Map.of("id", 4711))));
 * }</pre>
 *
 * <p>A pill is a path with optional filters: {@code {{order.lines[0].sku}}}, {@code {{row["Any name"] | trim |
 * default('none')}}}.
 * In JSON, a string that is exactly one pill becomes the value with its own type, here {@code "capacity": 250}; a pill within
 * other text becomes text. Values are escaped for their context and never interpreted as templates. A missing value is an
 * error unless one of the filters {@code default}, {@code omit} and {@code null} handles it.
 * <code>&#123;&#123;'&#123;&#123;'&#125;&#125;</code> produces two braces.
 *
 * <p>Compiled once. Immutable and thread-safe.
 */
public final class RequestTemplate {

    private final RequestDefinition definition;
    private final Map<String, Filters.FilterDefinition> filters;
    private final UrlTemplate url;
    private final @Nullable Request fixed;
    private final List<NamedTemplate> query;
    private final List<NamedTemplate> headers;
    private final @Nullable BodyTemplate body;

    RequestTemplate(
            RequestDefinition definition,
            Map<String, Filters.FilterDefinition> filters,
            UrlTemplate url,
            List<NamedTemplate> query,
            List<NamedTemplate> headers,
            @Nullable BodyTemplate body) {
        this.definition = definition;
        this.filters = filters;
        this.url = url;
        this.query = query;
        this.headers = headers;
        this.body = body;
        String fixedUrl = url.fixed();
        this.fixed = fixedUrl == null ? null : start(fixedUrl);
    }

    /**
     * Starts the definition of a template.
     *
     * @param name the purpose of the request, for logs and exceptions
     * @return a builder
     */
    public static RequestTemplateBuilder named(String name) {
        return new RequestTemplateBuilder(name);
    }

    /**
     * Reads a template from JSON, as written by {@link #toJson()} or by hand.
     *
     * @param json {@code name}, {@code method}, {@code url}, {@code query}, {@code headers}, {@code body}, {@code accept},
     *     {@code timeout}, {@code rules}, {@code retry}, {@code hosts} and {@code delimiters}
     * @return the template
     * @throws InvalidTemplateException if the definition is invalid; lists all problems with their JSON Pointers
     */
    public static RequestTemplate fromJson(JsonNode json) {
        return fromJson(json, Map.of());
    }

    /**
     * Reads a template that uses custom filters.
     *
     * @param json the template
     * @param filters the filters by their names
     * @return the template
     * @throws InvalidTemplateException if the definition is invalid; lists all problems with their JSON Pointers
     */
    public static RequestTemplate fromJson(JsonNode json, Map<String, PillFilter> filters) {
        List<TemplateProblem> problems = new ArrayList<>();
        RequestDefinition definition = RequestDefinitionCodec.read(json, problems);
        if (definition == null) {
            throw new InvalidTemplateException("", problems);
        }
        Map<String, Filters.FilterDefinition> own = new HashMap<>();
        if (filters == null) {
            throw new InvalidDefinitionException("template", List.of("the filters are null: use Map.of() for none"));
        }
        filters.forEach((name, filter) -> own.put(name, Filters.custom(name, filter)));
        return TemplateCompiler.compile(definition, json, Map.copyOf(own), problems);
    }

    /**
     * Returns the template as JSON, without loss except for custom filters, which are code.
     *
     * @return the JSON that {@link #fromJson(JsonNode)} reads
     */
    public ObjectNode toJson() {
        return RequestDefinitionCodec.write(definition);
    }

    /**
     * Returns the name of the template.
     *
     * @return the name
     */
    public String name() {
        return definition.name();
    }

    /**
     * Returns a builder initialised with this template.
     *
     * @return a builder that builds an equal template
     */
    public RequestTemplateBuilder toBuilder() {
        return new RequestTemplateBuilder(definition, filters);
    }

    /**
     * Lists the pills of the template, so that an application can ask for their values before a job runs.
     *
     * @return each path once, in the order of URL, query, headers and body
     */
    public List<PillInfo> pills() {
        return PillCollector.of(usages());
    }

    /**
     * Checks the pills against the schemas of earlier steps, before a job runs.
     *
     * @param catalogue the steps and their schemas
     * @return problems: paths that do not exist, and values whose type is not accepted at their location; empty if there are
     *     none
     */
    public List<TemplateProblem> check(PillCatalogue catalogue) {
        return usages().map(catalogue::check).filter(Objects::nonNull).toList();
    }

    /**
     * Renders the request without sending it, for inspection.
     *
     * @param pills the values
     * @return method, URL, headers and body, without a response; {@link Exchange#asCurl()} returns it as a curl command
     * @throws RenderException if values are missing or invalid; lists all problems
     */
    public Exchange dryRun(Pills pills) {
        return render(pills).preview();
    }

    private Stream<PillUsage> usages() {
        Stream<PillUsage> inUrl = url.pills().map(pill -> PillUsage.of(pill, PillUsage.SINGLE));
        Stream<PillUsage> inPairs =
                Stream.concat(query.stream(), headers.stream()).flatMap(NamedTemplate::usages);
        Stream<PillUsage> all =
                Stream.concat(Stream.concat(inUrl, inPairs), body == null ? Stream.empty() : body.usages());
        return all.flatMap(usage -> Stream.concat(
                Stream.of(usage),
                usage.pill().operands().stream().map(other -> PillUsage.of(other, PillUsage.ANYTHING))));
    }

    /**
     * Renders the request with the value of one step. Equivalent to {@code render(Pills.of(step, value))}.
     *
     * @param step the name of the step
     * @param value any object that Jackson can serialise: a tree, map, record or bean
     * @return the request
     * @throws RenderException if values are missing or invalid; lists all problems
     */
    public Request render(String step, Object value) {
        return render(Pills.of(step, value));
    }

    /**
     * Renders the request. A JSON body of more than a megabyte is streamed when it is sent instead of being held in memory;
     * until then, the given trees must not be modified.
     *
     * @param pills the values
     * @return the request
     * @throws RenderException if values are missing or invalid; lists all problems
     */
    public Request render(Pills pills) {
        if (pills == null) {
            throw new InvalidDefinitionException(
                    "template \"" + name() + "\"", List.of("the pills are null: use Pills.none() for none"));
        }
        RenderContext context = new RenderContext(pills.root(), body == null ? 0 : body.maxEachDepth());
        Request request = fixed == null ? startAtRenderedUrl(context) : fixed;
        for (NamedTemplate parameter : query) {
            for (Map.Entry<String, String> pair : parameter.render(context)) {
                request = request.query(pair.getKey(), pair.getValue());
            }
        }
        for (NamedTemplate header : headers) {
            for (Map.Entry<String, String> pair : header.render(context)) {
                request = withHeader(request, pair.getKey(), pair.getValue(), context);
            }
        }
        Body content = body == null ? null : body.render(context);
        if (!context.problems().isEmpty()) {
            throw new RenderException(name(), context.problems());
        }
        if (content == null) {
            return request;
        }
        return definition.body() instanceof RequestDefinition.BodyDefinition.GraphQlBody graphQl
                ? GraphQlCompiler.withBody(request, content, graphQl)
                : request.body(content);
    }

    private Request startAtRenderedUrl(RenderContext context) {
        String rendered = url.render(context);
        try {
            return start(rendered == null ? "/" : rendered);
        } catch (InvalidDefinitionException e) {
            unencodable("url", e, context);
            return start("/");
        }
    }

    private Request start(String url) {
        Request request = Request.of(definition.method(), url).named(definition.name());
        int[] statuses =
                definition.accept().stream().mapToInt(Integer::intValue).toArray();
        Request accepting = statuses.length == 0 ? request : request.acceptStatus(statuses);
        for (ResponseRule rule : definition.rules()) {
            accepting = accepting.rule(rule);
        }
        Request timed = definition.timeout() == null ? accepting : accepting.timeout(definition.timeout());
        Request declared = definition.idempotent() ? timed.idempotent() : timed;
        Request graphQl = definition.body() instanceof RequestDefinition.BodyDefinition.GraphQlBody query
                ? GraphQlCompiler.declare(
                        declared,
                        query,
                        headers.stream().anyMatch(header -> header.name().equalsIgnoreCase("Accept")))
                : declared;
        return definition.retry() == null ? graphQl : graphQl.retry(definition.retry());
    }

    private static Request withHeader(Request request, String name, String value, RenderContext context) {
        try {
            return request.addHeader(name, value);
        } catch (InvalidDefinitionException e) {
            unencodable("header " + name, e, context);
            return request;
        }
    }

    private static void unencodable(String part, InvalidDefinitionException e, RenderContext context) {
        for (String problem : e.problems()) {
            context.problems()
                    .add(TemplateProblem.of(SourceLocation.of(part), TemplateProblem.Code.UNENCODABLE, null, problem));
        }
    }

    /**
     * Returns the name and method of the request.
     *
     * @return name and method
     */
    @Override
    public String toString() {
        return "\"" + definition.name() + "\" " + definition.method();
    }
}
