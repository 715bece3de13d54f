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
 * A rule that classifies responses, for services with conventions of their own: an error in a body with status 200, a rate limit by a 403.
 *
 * <pre>{@code
 * .rule(ResponseRule.when(403).header("X-RateLimit-Remaining", "0").then(ResponseRule.Action.RATE_LIMITED))
 * .rule(ResponseRule.when(200).json("/status", "error").then(ResponseRule.Action.FAIL))
 * .rule(ResponseRule.when(400).text("try again").then(ResponseRule.Action.RETRY))
 * .rule(ResponseRule.when(300, 599).then(ResponseRule.Action.ACCEPT))
 * }</pre>
 *
 * <p>The first rule of a connection that fits decides, before anything else is looked at. A response that none fits is
 * treated as its status says.
 *
 * <p>A response that is read while it comes, as by {@link HttpConnection#read}, is not held back for a rule, unless its status and
 * headers are those of one with a condition on the body. Such a condition can only hold when the whole body has no more than
 * 64 KiB, and, where its length is not announced, comes without a pause of 250 ms and within a second: after that, the reader
 * begins. It never holds for {@code text/event-stream}, which is not waited for. Immutable.
 */
public final class ResponseRule {

    /** The treatment of a response. */
    public enum Action {
        /** It is welcome as it is. */
        ACCEPT,
        /** It is welcome, and its body does not matter: the caller gets an empty one. */
        IGNORE,
        /** It fails, without another attempt. */
        FAIL,
        /** It is tried again as {@link RetryPolicy} permits, whatever the method: the service has not acted. */
        RETRY,
        /** It is treated like a 429: tried again when the service permits it, or else a {@link RateLimitedException}. */
        RATE_LIMITED,
        /** It is treated like a 401: the auth strategy may get new credentials, with which it is tried once more. */
        REFRESH_AUTH
    }

    private final Matcher when;
    private final Action action;

    private ResponseRule(Matcher when, Action action) {
        this.when = when;
        this.action = action;
    }

    /**
     * Creates a rule for responses of one status.
     *
     * @param status the status code, 100 to 599
     * @return conditions, to which more can be added
     * @throws InvalidDefinitionException when it is no status code
     */
    public static Matcher forStatus(int status) {
        return forStatus(status, status);
    }

    /**
     * Creates a rule for responses of a range of statuses.
     *
     * @param from the lowest status code, 100 to 599
     * @param to the highest one, included
     * @return conditions, to which more can be added
     * @throws InvalidDefinitionException when it is no range of status codes
     */
    public static Matcher forStatus(int from, int to) {
        if (from < 100 || to > 599 || from > to) {
            throw new InvalidDefinitionException(
                    "error rule", from + " to " + to + " are no status codes: use 100 to 599");
        }
        return new Matcher(from, to, List.of());
    }

    boolean matches(Response response) {
        return when.fits(response);
    }

    /** Returns whether status and headers are those of the rule. */
    boolean matchesHead(Response head) {
        return when.fitsHead(head);
    }

    /** Returns whether it also asks something of the body. */
    boolean needsBody() {
        return when.conditions.stream().anyMatch(Condition::needsBody);
    }

    Action action() {
        return action;
    }

    /** A condition on a response, besides its status. */
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

    /** When a rule fits: all conditions must hold. Immutable: each method gives a new one. */
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
         * And there is a header field of this name.
         *
         * @param name the field name, in any case
         * @return new conditions
         */
        public Matcher header(String name) {
            return and(new HeaderCondition(notNull(name, "header name"), null));
        }

        /**
         * And a header field has this value.
         *
         * @param name the field name, in any case
         * @param value the whole value
         * @return new conditions
         */
        public Matcher header(String name, String value) {
            return and(new HeaderCondition(notNull(name, "header name"), notNull(value, "header value")));
        }

        /**
         * And the body is JSON in which there is something here: not nothing, {@code null}, {@code false}, or empty.
         *
         * @param pointer a JSON pointer (RFC 6901), such as {@code /errors}
         * @return new conditions
         * @throws InvalidDefinitionException when it is no JSON pointer
         */
        public Matcher json(String pointer) {
            return and(new JsonCondition(pointer(pointer), null));
        }

        /**
         * And the body is JSON in which this string, number or boolean stands here.
         *
         * @param pointer a JSON pointer (RFC 6901), such as {@code /status}
         * @param value the value, as text
         * @return new conditions
         * @throws InvalidDefinitionException when it is no JSON pointer
         */
        public Matcher json(String pointer, String value) {
            return and(new JsonCondition(pointer(pointer), notNull(value, "JSON value")));
        }

        /**
         * And the body has this text somewhere, in any case.
         *
         * @param part the text
         * @return new conditions
         */
        public Matcher text(String part) {
            return and(new TextCondition(notNull(part, "text")));
        }

        /**
         * Says what to do then.
         *
         * @param action what to do
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
