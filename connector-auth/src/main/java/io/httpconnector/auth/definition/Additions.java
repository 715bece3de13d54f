package io.httpconnector.auth.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.POJONode;
import io.httpconnector.AuthStrategy;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.auth.CombinedAuth;
import io.httpconnector.auth.CustomAuth;
import io.httpconnector.auth.internal.AttemptValues;
import io.httpconnector.internal.json.JsonObjectReader;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** The header fields, query parameters, cookies and body fields of a definition. Immutable. */
record Additions(
        Map<String, FieldText> headers,
        Map<String, FieldText> query,
        Map<String, FieldText> cookies,
        ObjectNode bodyFields) {

    /** A request with which the texts are checked. */
    private static final Request SAMPLE = Request.get("https://sample.example.com/");

    static final Additions NONE = new Additions(Map.of(), Map.of(), Map.of(), JsonNodeFactory.instance.objectNode());

    /** Reads all additions that {@link CustomAuth} supports. */
    static Additions all(Members given) {
        Members members = given.with(AttemptValues.NAMES);
        return new Additions(
                // "headers": Further header fields by name.
                members.headers("headers"),
                // "query": Further query parameters by name.
                members.texts("query", true),
                // "cookies": Cookies by name.
                members.texts("cookies", true, Additions::checkCookie),
                // "bodyFields": Fields that are added to a JSON or form body, of any JSON type, also nested.
                members.object("bodyFields", true));
    }

    /** Reads the additions that every strategy type supports in addition to its own members. */
    static Additions common(Members given, String... ownHeaders) {
        Members members = given.with(AttemptValues.NAMES);
        // "headers": Further header fields by name.
        Map<String, FieldText> headers = members.headers("headers");
        Set<String> own = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        own.addAll(List.of(ownHeaders));
        headers.keySet().stream()
                .filter(own::contains)
                .forEach(name -> members.reader().attempt("headers", () -> {
                    throw new InvalidDefinitionException(
                            "headers",
                            List.of("/" + JsonObjectReader.token(name) + ": the strategy sets this header itself"));
                }));
        // "query": Further query parameters by name.
        return new Additions(headers, members.texts("query", true), Map.of(), JsonNodeFactory.instance.objectNode());
    }

    private static void checkCookie(String name, String value) {
        Members.checkNotEmpty(value);
        var unused = CustomAuth.cookie(name, Secret.of(value)).apply(Request.get("/"));
    }

    /** Returns the names of the header fields that the additions set. */
    String[] headerNames() {
        Stream<String> cookie = cookies.isEmpty() ? Stream.of() : Stream.of("Cookie");
        return Stream.concat(headers.keySet().stream(), cookie).toArray(String[]::new);
    }

    /** Returns whether the additions use a field. */
    boolean uses(String field) {
        return texts().anyMatch(text -> text.fields().contains(field));
    }

    private Stream<FieldText> texts() {
        return Stream.concat(
                Stream.of(headers, query, cookies).flatMap(texts -> texts.values().stream()), texts(bodyFields));
    }

    /** Returns the texts in a tree with placeholders. */
    static Stream<FieldText> texts(JsonNode tree) {
        return tree instanceof POJONode leaf && leaf.getPojo() instanceof FieldText text
                ? Stream.of(text)
                : StreamSupport.stream(tree.spliterator(), false).flatMap(Additions::texts);
    }

    boolean isEmpty() {
        return headers.isEmpty() && query.isEmpty() && cookies.isEmpty() && bodyFields.isEmpty();
    }

    /** Returns the additions; those with values of the request are rendered for each attempt. */
    CustomAuth build(FieldValues values) {
        if (texts().noneMatch(values::isPerAttempt)) {
            return rendered(values);
        }
        // Reports missing values when the strategy is built.
        FieldValues samples = values.forAttempt(
                AttemptValues.of(SAMPLE, values.timeSource().now()).asSample());
        var unused = rendered(samples);
        samples.moveProblemsTo(values);
        return CustomAuth.nothing().andPerRequest(request -> {
            FieldValues attempt = values.forAttempt(
                    AttemptValues.of(withoutOwn(request), values.timeSource().now()));
            CustomAuth additions = rendered(attempt);
            attempt.throwProblems();
            return additions;
        });
    }

    /**
     * Returns a request without the query parameters and body fields of these additions, which replace those that a next link or
     * a redirect of the service repeats: a digest must not cover them.
     */
    private Request withoutOwn(Request request) {
        Request others = request;
        for (String name : query.keySet()) {
            others = others.withoutQuery(name);
        }
        for (Map.Entry<String, JsonNode> field : bodyFields.properties()) {
            others = others.withoutBodyField(field.getKey());
        }
        return others;
    }

    private CustomAuth rendered(FieldValues values) {
        CustomAuth[] all = {CustomAuth.nothing()};
        values.each(
                headers,
                (name, plain) -> all[0] = all[0].andHeader(name, plain),
                (name, secret) -> all[0] = all[0].andHeader(name, secret));
        values.each(
                query,
                (name, plain) -> all[0] = all[0].andQuery(name, plain),
                (name, secret) -> all[0] = all[0].andQuery(name, secret));
        if (!bodyFields.isEmpty() && bodyFields.properties().stream().allMatch(field -> isText(field.getValue()))) {
            bodyFields
                    .properties()
                    .forEach(field -> values.render(
                            (FieldText) ((POJONode) field.getValue()).getPojo(),
                            plain -> all[0] = all[0].andBodyField(field.getKey(), plain),
                            secret -> all[0] = all[0].andBodyField(field.getKey(), secret)));
        } else if (!bodyFields.isEmpty()) {
            // Reports missing values when the strategy is built, not when a request is sent.
            JsonNode unused = values.tree(bodyFields);
            all[0] = all[0].andBodyFields(() -> (ObjectNode) values.tree(bodyFields));
        }
        cookies.forEach((name, text) -> {
            Secret secret = values.secret(text);
            all[0] = secret == null ? all[0] : all[0].andCookie(name, secret);
        });
        return all[0];
    }

    /**
     * Returns a strategy with these additions, and with the values for the base URL. If they use values that are received with
     * the tokens, they are rendered for each request.
     */
    AuthStrategy combine(AuthStrategy strategy, FieldValues values, ApplicationSettings application) {
        Set<String> received = values.namesOfReceived();
        boolean isRendered = !application.baseUrl().isSimple();
        boolean isConstant = application.baseUrlSecrets().isEmpty()
                && application.baseUrl().url().fields().noneMatch(received::contains);
        if (received.stream().noneMatch(this::uses) && (!isRendered || isConstant)) {
            return CombinedAuth.of(withFields(values, application), strategy);
        }
        // Reports missing values when the strategy is built.
        FieldValues samples = values.withSamples(List.of());
        var unused = build(samples);
        samples.moveProblemsTo(values);
        return CombinedAuth.of(fields -> withFields(values.withReceived(fields), application), strategy);
    }

    private CustomAuth withFields(FieldValues values, ApplicationSettings application) {
        CustomAuth added = build(values);
        for (Map.Entry<String, String> field : application.baseUrlFields().entrySet()) {
            added = added.andField(field.getKey(), field.getValue());
        }
        for (Map.Entry<String, Secret> field : application.baseUrlSecrets().entrySet()) {
            added = added.andField(field.getKey(), field.getValue());
        }
        String url =
                application.baseUrl().isSimple() ? null : application.baseUrl().render(values);
        return url == null ? added : added.andField(BaseUrlText.RENDERED, url);
    }

    private static boolean isText(@Nullable JsonNode value) {
        return value instanceof POJONode node && node.getPojo() instanceof FieldText;
    }
}
