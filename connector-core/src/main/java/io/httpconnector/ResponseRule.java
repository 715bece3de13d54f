package io.httpconnector;

import static io.httpconnector.internal.Arguments.notNull;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.text.LogSafe;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
 * <p>The first matching rule of a connection decides and takes precedence over the status. A response that matches no rule is
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

    private ResponseRule(Matcher when, Action action) {
        this.when = when;
        this.action = action;
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
        if (from < 100 || to > 599 || from > to) {
            throw new InvalidDefinitionException(
                    "error rule", from + " to " + to + " are not status codes: use 100 to 599");
        }
        return new Matcher(from, to, List.of());
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

    private record HeaderCondition(String name, @Nullable String value) implements Condition {
        @Override
        public boolean matches(Response response) {
            List<String> values = response.headers().all(name);
            return value == null ? !values.isEmpty() : values.contains(value);
        }

        @Override
        public boolean needsBody() {
            return false;
        }
    }

    private record TextCondition(String part) implements Condition {
        @Override
        public boolean matches(Response response) {
            return response.text().toLowerCase(Locale.ROOT).contains(part.toLowerCase(Locale.ROOT));
        }
    }

    private record JsonCondition(
            JsonPointer pointer, @Nullable String value) implements Condition {
        @Override
        public boolean matches(Response response) {
            JsonNode node = response.jsonLenient().at(pointer);
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
            return and(new HeaderCondition(notNull(name, "header name"), null));
        }

        /**
         * Requires a header field with this value.
         *
         * @param name the field name, in any case
         * @param value the whole value
         * @return a new matcher
         */
        public Matcher header(String name, String value) {
            return and(new HeaderCondition(notNull(name, "header name"), notNull(value, "header value")));
        }

        /**
         * Requires a JSON body with a value at this location that is not missing, {@code null}, {@code false} or empty.
         *
         * @param pointer a JSON pointer (RFC 6901), such as {@code /errors}
         * @return a new matcher
         * @throws InvalidDefinitionException when the pointer is not a valid JSON pointer
         */
        public Matcher json(String pointer) {
            return and(new JsonCondition(pointer(pointer), null));
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
            return and(new JsonCondition(pointer(pointer), notNull(value, "JSON value")));
        }

        /**
         * Requires a body that contains this text; case is ignored.
         *
         * @param part the text
         * @return a new matcher
         */
        public Matcher text(String part) {
            return and(new TextCondition(notNull(part, "text")));
        }

        /**
         * Completes the rule with the treatment of matching responses.
         *
         * @param action the treatment
         * @return the rule
         */
        public ResponseRule treatAs(Action action) {
            return new ResponseRule(this, notNull(action, "action of an error rule"));
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
