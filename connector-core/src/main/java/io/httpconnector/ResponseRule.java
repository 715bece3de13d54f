package io.httpconnector;

import static io.httpconnector.internal.Arguments.notNull;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.json.MemberSteps;
import io.httpconnector.internal.text.LogSafe;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A rule that classifies responses, for services that deviate from the HTTP status codes, such as an error in a body with
 * status 200, or a 403 for a rate limit.
 *
 * <pre>{@code
 * .rule(ResponseRule.forStatus(403).header("X-RateLimit-Remaining", "0").treatAs(ResponseRule.Action.RATE_LIMITED))
 * .rule(ResponseRule.forStatus(200).json("/status", "error").treatAs(ResponseRule.Action.FAIL))
 * .rule(ResponseRule.forStatus(400).text("try again").treatAs(ResponseRule.Action.RETRY))
 * .rule(ResponseRule.forStatus(300, 599).treatAs(ResponseRule.Action.ACCEPT))
 * }</pre>
 *
 * <p>The first matching rule decides and takes precedence over the status: first the rules of the request or its template, then
 * those of the connection. A response that matches no rule is
 * classified by its status.
 *
 * <p>A response that is read while it is received, as with {@link HttpConnection#read}, is buffered for a rule only if its
 * status and headers match a rule with a condition on the body. Such a condition can only be met if the whole body has at most
 * 64 KiB and, if its length is not announced, arrives within one second without a pause of 250 ms; after that, the reader
 * starts. It is never met by {@code text/event-stream}, which is not buffered. Immutable.
 */
public final class ResponseRule {

    /** The treatment of a response. */
    public enum Action {
        /** The response is accepted. */
        ACCEPT,
        /** The response is accepted, but its body is discarded: the caller receives an empty body. */
        IGNORE,
        /** The call fails without another attempt. */
        FAIL,
        /** The request is retried as {@link RetryPolicy} permits, whatever its method: the service has not processed it. */
        RETRY,
        /**
         * The response is treated like a 429: the request is retried when the service permits it; otherwise the call fails with
         * a {@link RateLimitedException}.
         */
        RATE_LIMITED,
        /**
         * The response is treated like a 401: the auth strategy may obtain new credentials, with which the request is sent once
         * more.
         */
        REFRESH_AUTH
    }

    private final Matcher when;
    private final Action action;
    private final @Nullable RetryPolicy retry;

    private ResponseRule(Matcher when, Action action, @Nullable RetryPolicy retry) {
        this.when = when;
        this.action = action;
        this.retry = retry;
    }

    /**
     * Starts a rule for responses with one status.
     *
     * @param status the status code, 100 to 599
     * @return a matcher, to which more conditions can be added
     * @throws InvalidDefinitionException when the number is not a status code
     */
    public static Matcher forStatus(int status) {
        return forStatus(status, status);
    }

    /**
     * Starts a rule for responses with a range of statuses.
     *
     * @param from the lowest status code, 100 to 599
     * @param to the highest status code, inclusive
     * @return a matcher, to which more conditions can be added
     * @throws InvalidDefinitionException when the numbers are not a range of status codes
     */
    public static Matcher forStatus(int from, int to) {
        for (int status : List.of(from, to)) {
            if (status < 100 || status > 599) {
                throw new InvalidDefinitionException("error rule", status + " is not a status code: use 100 to 599");
            }
        }
        if (from > to) {
            throw new InvalidDefinitionException(
                    "error rule",
                    "the range from " + from + " to " + to + " is empty: use \"from\" for the lower and \"to\" for"
                            + " the higher status");
        }
        return new Matcher(from, to, List.of());
    }

    /**
     * Sets how a request is retried after responses that match the rule. Default: the policy of the request or the connection.
     *
     * @param policy determines attempts and delays, such as {@code RetryPolicy.maxAttempts(5).fixedDelay(Duration.ofMinutes(1))}
     * @return a new rule
     * @throws InvalidDefinitionException when the action is neither {@link Action#RETRY} nor {@link Action#RATE_LIMITED}
     */
    public ResponseRule retry(RetryPolicy policy) {
        if (action != Action.RETRY && action != Action.RATE_LIMITED) {
            throw new InvalidDefinitionException(
                    "error rule", "retry: a request is not retried after " + action + ": use RETRY or RATE_LIMITED");
        }
        return new ResponseRule(when, action, notNull(policy, "retry policy of an error rule"));
    }

    /**
     * Returns the rule as JSON.
     *
     * @return such as {@code {"status": 403, "conditions": [{"header": "X-RateLimit-Remaining", "value": "0"}], "treatAs":
     *     "RATE_LIMITED"}}; a range of statuses is {@code {"from": 400, "to": 499}}
     */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        if (when.from == when.to) {
            json.put("status", when.from);
        } else {
            json.putObject("status").put("from", when.from).put("to", when.to);
        }
        when.conditions.forEach(condition ->
                json.withArray("/conditions").add(ConditionMember.of(condition).toJson()));
        json.put("treatAs", action.name());
        return retry == null ? json : json.set("retry", retry.toJson());
    }

    /**
     * Reads a rule from JSON.
     *
     * @param json the output of {@link #toJson()}, or an object written by hand
     * @return the rule
     * @throws InvalidDefinitionException when it is invalid: lists all problems with their JSON Pointers
     */
    public static ResponseRule fromJson(JsonNode json) {
        return JsonObjectReader.read("error rule", json, ResponseRule::read);
    }

    private static @Nullable ResponseRule read(JsonObjectReader reader) {
        // "status": The status, or a range of statuses.
        reader.require("status");
        JsonNode status = reader.any("status");
        List<Matcher> start = new ArrayList<>();
        if (status != null && status.isObject()) {
            reader.object(
                    "status",
                    // "from": The lowest status.
                    // "to": The highest status.
                    range -> forStatus(range.requiredInteger("from"), range.requiredInteger("to")),
                    start::add);
        } else {
            reader.integer("status", code -> start.add(forStatus(code)));
        }
        // Without a valid status, the other members are read nevertheless, to report their problems.
        MemberSteps<Matcher> steps = new MemberSteps<>(reader, start.isEmpty() ? forStatus(200) : start.get(0));
        // "conditions": Conditions that must all be met.
        steps.each("conditions", ConditionMember::read, (matcher, condition) -> condition.addTo(matcher));
        // "treatAs": The meaning of the response.
        reader.require("treatAs");
        Action action = reader.constant("treatAs", Action.class);
        // "retry": The retries after such a response, or `none`. Default: those of the request or the connection.
        RetryPolicy policy = reader.documentOr("retry", "none", RetryPolicy.none(), RetryPolicy::fromJson);
        if (start.isEmpty() || action == null) {
            return null;
        }
        return new MemberSteps<>(reader, steps.value().treatAs(action))
                .with("retry", policy, ResponseRule::retry)
                .value();
    }

    /** Returns the policy after matching responses; null for that of the request or the connection. */
    @Nullable RetryPolicy retryPolicy() {
        return retry;
    }

    boolean matches(Response response) {
        return when.fits(response);
    }

    /** Returns whether the status and the headers match the rule. */
    boolean matchesHead(Response head) {
        return when.fitsHead(head);
    }

    /** Returns whether the rule also has a condition on the body. */
    boolean needsBody() {
        return when.conditions.stream().anyMatch(Condition::needsBody);
    }

    Action action() {
        return action;
    }

    /** A condition on a response in addition to its status. */
    private sealed interface Condition {
        boolean matches(Response response);

        default boolean needsBody() {
            return true;
        }
    }

    private record HeaderCondition(String name, @Nullable String value, boolean isNot) implements Condition {
        @Override
        public boolean matches(Response response) {
            List<String> values = response.headers().all(name);
            return isNot != (value == null ? !values.isEmpty() : values.contains(value));
        }

        @Override
        public boolean needsBody() {
            return false;
        }
    }

    private record TextCondition(String part, boolean isNot) implements Condition {
        @Override
        public boolean matches(Response response) {
            return isNot != response.text().toLowerCase(Locale.ROOT).contains(part.toLowerCase(Locale.ROOT));
        }
    }

    private record JsonCondition(
            JsonPointer pointer, @Nullable String value, boolean isNot) implements Condition {
        @Override
        public boolean matches(Response response) {
            JsonNode body = response.jsonLenient();
            return !body.isMissingNode() && isNot != matches(body.at(pointer));
        }

        private boolean matches(JsonNode node) {
            if (value != null) {
                return node.isValueNode() && node.asText().equals(value);
            }
            return node.isContainerNode() ? !node.isEmpty() : !(node instanceof MissingNode) && isSomething(node);
        }

        private static boolean isSomething(JsonNode node) {
            return !node.isNull()
                    && !(node.isBoolean() && !node.asBoolean())
                    && !node.asText().isEmpty();
        }
    }

    /**
     * A condition as a member of the list {@code conditions}: {@code {"header": ..., "value": ...}}, {@code {"json": ...,
     * "value": ...}} or {@code {"text": ...}}, each with {@code "not": true} for its opposite.
     */
    private record ConditionMember(
            String type, String name, @Nullable String value, boolean isNot) {

        static ConditionMember of(Condition condition) {
            if (condition instanceof HeaderCondition header) {
                return new ConditionMember("header", header.name, header.value, header.isNot);
            }
            return condition instanceof JsonCondition json
                    ? new ConditionMember("json", json.pointer.toString(), json.value, json.isNot)
                    : new ConditionMember(
                            "text", ((TextCondition) condition).part, null, ((TextCondition) condition).isNot);
        }

        static @Nullable ConditionMember read(JsonObjectReader reader) {
            Map<String, String> names = new HashMap<>();
            for (String type : List.of("header", "json", "text")) {
                // "header": The name of a header field that the response must have.
                // "json": The JSON Pointer of a value that the body must have.
                // "text": A text that the body must contain.
                reader.text(type, name -> names.put(type, name));
            }
            // "value": The value of the header field, or at the pointer: a string, a number, true, false or null.
            // Default: any.
            String value = reader.scalar("value");
            // "not": Whether the condition is negated. Default: false.
            boolean isNot = reader.isSet("not");
            String type = reader.exactlyOneOf("header", "json", "text");
            if (value != null && "text".equals(type)) {
                reader.problem("value", "a text has no value: it is the part that the body contains");
            }
            String name = type == null ? null : names.get(type);
            if ("json".equals(type) && name != null) {
                reader.attempt("json", () -> Matcher.pointer(name));
            }
            return type == null || name == null ? null : new ConditionMember(type, name, value, isNot);
        }

        ObjectNode toJson() {
            ObjectNode json = JsonNodeFactory.instance.objectNode().put(type, name);
            if (value != null) {
                json.put("value", value);
            }
            return isNot ? json.put("not", true) : json;
        }

        Matcher addTo(Matcher matcher) {
            return matcher.and(
                    switch (type) {
                        case "header" -> new HeaderCondition(name, value, isNot);
                        case "json" -> new JsonCondition(Matcher.pointer(name), value, isNot);
                        default -> new TextCondition(name, isNot);
                    });
        }
    }

    /** The conditions of a rule, all of which must be met. Immutable: each method returns a new matcher. */
    public static final class Matcher {

        private final int from;
        private final int to;
        private final List<Condition> conditions;

        private Matcher(int from, int to, List<Condition> conditions) {
            this.from = from;
            this.to = to;
            this.conditions = conditions;
        }

        /**
         * Requires a header field of this name.
         *
         * @param name the field name, in any case
         * @return a new matcher
         */
        public Matcher header(String name) {
            return and(new HeaderCondition(notNull(name, "header name"), null, false));
        }

        /**
         * Requires a header field with this value.
         *
         * @param name the field name, in any case
         * @param value the whole value
         * @return a new matcher
         */
        public Matcher header(String name, String value) {
            return and(new HeaderCondition(notNull(name, "header name"), notNull(value, "header value"), false));
        }

        /**
         * Requires that no header field of this name has this value; it may be missing.
         *
         * @param name the field name, in any case
         * @param value the whole value
         * @return a new matcher
         */
        public Matcher headerNot(String name, String value) {
            return and(new HeaderCondition(notNull(name, "header name"), notNull(value, "header value"), true));
        }

        /**
         * Requires a JSON body with a value at this location that is not missing, {@code null}, {@code false} or empty.
         *
         * @param pointer a JSON pointer (RFC 6901), such as {@code /errors}
         * @return a new matcher
         * @throws InvalidDefinitionException when the pointer is not a valid JSON pointer
         */
        public Matcher json(String pointer) {
            return and(new JsonCondition(pointer(pointer), null, false));
        }

        /**
         * Requires a JSON body with this string, number or boolean at this location.
         *
         * @param pointer a JSON pointer (RFC 6901), such as {@code /status}
         * @param value the value, as text
         * @return a new matcher
         * @throws InvalidDefinitionException when the pointer is not a valid JSON pointer
         */
        public Matcher json(String pointer, String value) {
            return and(new JsonCondition(pointer(pointer), notNull(value, "JSON value"), false));
        }

        /**
         * Requires a JSON body with another value at this location, or none.
         *
         * @param pointer a JSON pointer (RFC 6901), such as {@code /status}
         * @param value the value, as text
         * @return a new matcher
         * @throws InvalidDefinitionException when the pointer is not a valid JSON pointer
         */
        public Matcher jsonNot(String pointer, String value) {
            return and(new JsonCondition(pointer(pointer), notNull(value, "JSON value"), true));
        }

        /**
         * Requires a body that contains this text; case is ignored.
         *
         * @param part the text
         * @return a new matcher
         */
        public Matcher text(String part) {
            return and(new TextCondition(notNull(part, "text"), false));
        }

        /**
         * Requires a body that does not contain this text; case is ignored.
         *
         * @param part the text
         * @return a new matcher
         */
        public Matcher textNot(String part) {
            return and(new TextCondition(notNull(part, "text"), true));
        }

        /**
         * Completes the rule with the treatment of matching responses.
         *
         * @param action the treatment
         * @return the rule
         */
        public ResponseRule treatAs(Action action) {
            return new ResponseRule(this, notNull(action, "action of an error rule"), null);
        }

        private Matcher and(Condition condition) {
            List<Condition> more = new ArrayList<>(conditions);
            more.add(condition);
            return new Matcher(from, to, List.copyOf(more));
        }

        private static JsonPointer pointer(String pointer) {
            try {
                return JsonSupport.pointer(notNull(pointer, "JSON pointer"));
            } catch (InvalidDefinitionException e) {
                throw new InvalidDefinitionException(
                        "error rule",
                        "\"" + LogSafe.visible(String.valueOf(pointer)) + "\": "
                                + e.problems().get(0));
            }
        }

        private boolean fits(Response response) {
            return fitsHead(response)
                    && conditions.stream().allMatch(condition -> !condition.needsBody() || condition.matches(response));
        }

        private boolean fitsHead(Response head) {
            return from <= head.status()
                    && head.status() <= to
                    && conditions.stream().allMatch(condition -> condition.needsBody() || condition.matches(head));
        }
    }
}
