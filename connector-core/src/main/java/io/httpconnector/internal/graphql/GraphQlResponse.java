package io.httpconnector.internal.graphql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The meaning of a GraphQL response: its errors, and the remaining cost budget. Does not keep the data. Immutable. */
public final class GraphQlResponse {

    /** The meaning of the errors. */
    public enum Meaning {
        /** No errors. */
        DATA,
        /** The service permits no more requests, or not enough cost, for now. */
        RATE_LIMITED,
        /** The credentials are missing or invalid. */
        UNAUTHENTICATED,
        /** An internal error of the service. */
        TEMPORARY,
        /** Any other error. */
        FAILED,
        /** Neither data nor errors, such as a page of a proxy. */
        MALFORMED
    }

    /** The extent to which the service has executed the request. */
    public enum Execution {
        /** Nothing: the service refused the whole request. */
        NONE,
        /** One field of an operation was refused, and the data are null: fields before it may have been executed. */
        ONE_FIELD_REFUSED,
        /** Fields may have been executed. */
        STARTED
    }

    /**
     * A cost budget.
     *
     * @param requests the number of requests like this one that the budget permits until the reset
     * @param untilReset the time until the budget permits more
     */
    public record Budget(long requests, Duration untilReset) {}

    private static final Set<String> RATE_LIMITS = Set.of(
            "RATELIMITED",
            "RATELIMIT",
            "RATELIMITEXCEEDED",
            "THROTTLED",
            "TOOMANYREQUESTS",
            "COMPLEXITYBUDGETEXHAUSTED");
    private static final Set<String> UNAUTHENTICATED = Set.of("UNAUTHENTICATED", "UNAUTHORIZED");
    private static final Set<String> TEMPORARY = Set.of("INTERNALSERVERERROR", "INTERNALERROR", "SERVICEUNAVAILABLE");

    private static final Duration MAX_DELAY = Duration.ofDays(1);

    private final Meaning meaning;
    private final Execution execution;
    private final boolean hasData;
    private final JsonNode cost;
    private final JsonNode rateLimit;

    private GraphQlResponse(Meaning meaning, Execution execution, boolean hasData, JsonNode cost, JsonNode rateLimit) {
        this.meaning = meaning;
        this.execution = execution;
        this.hasData = hasData;
        this.cost = cost;
        this.rateLimit = rateLimit;
    }

    /** Reads a body; a missing node if it is not JSON. */
    public static GraphQlResponse of(JsonNode body) {
        List<ObjectNode> errors = errors(body);
        JsonNode data = body.path("data");
        boolean hasData = !data.isMissingNode() && !data.isNull();
        Meaning meaning = errors.isEmpty() ? (hasData ? Meaning.DATA : Meaning.MALFORMED) : meaning(errors);
        return new GraphQlResponse(
                meaning, execution(data, errors), hasData, body.at("/extensions/cost"), data.path("rateLimit"));
    }

    /**
     * Returns how much was executed. An error without a path is one of the whole request, an error with a path is one of a field,
     * which is null, as is the nearest field around it that may be null (GraphQL specification, sections 6.4.4 and 7.1).
     */
    private static Execution execution(JsonNode data, List<ObjectNode> errors) {
        boolean isRequestError =
                errors.stream().noneMatch(error -> error.path("path").isArray());
        if (data.isMissingNode() || data.isNull()) {
            return data.isMissingNode() || isRequestError
                    ? Execution.NONE
                    : errors.size() == 1 && isRefusal(errors.get(0)) ? Execution.ONE_FIELD_REFUSED : Execution.STARTED;
        }
        if (!data.isObject()) {
            return Execution.STARTED;
        }
        Set<String> refused = new HashSet<>();
        errors.stream()
                .filter(GraphQlResponse::isRefusal)
                .forEach(error -> refused.add(error.at("/path/0").asText()));
        for (Map.Entry<String, JsonNode> field : data.properties()) {
            if (!field.getValue().isNull() || !(isRequestError || refused.contains(field.getKey()))) {
                return Execution.STARTED;
            }
        }
        return isRequestError || errors.stream().allMatch(GraphQlResponse::isRefusal)
                ? Execution.NONE
                : Execution.STARTED;
    }

    /** Whether a field of the operation was not executed, because the service permits no more or rejects the credentials. */
    private static boolean isRefusal(JsonNode error) {
        String code = comparableCode(error);
        return error.path("path").size() == 1 && (RATE_LIMITS.contains(code) || UNAUTHENTICATED.contains(code));
    }

    private static Meaning meaning(List<ObjectNode> errors) {
        List<String> codes =
                errors.stream().map(GraphQlResponse::comparableCode).toList();
        if (codes.stream().anyMatch(RATE_LIMITS::contains)) {
            return Meaning.RATE_LIMITED;
        }
        if (codes.stream().anyMatch(UNAUTHENTICATED::contains)) {
            return Meaning.UNAUTHENTICATED;
        }
        return TEMPORARY.containsAll(codes) ? Meaning.TEMPORARY : Meaning.FAILED;
    }

    private static String comparableCode(JsonNode error) {
        return code(error).replaceAll("[^A-Za-z]", "").toUpperCase(Locale.ROOT);
    }

    /** Returns the code of an error; empty if it has none. GitHub has it in {@code type}. */
    public static String code(JsonNode error) {
        for (String pointer : List.of("/extensions/code", "/type", "/extensions/type", "/code")) {
            JsonNode code = error.at(pointer);
            if (code.isValueNode() && !code.isNull() && !code.asText().isBlank()) {
                return code.asText();
            }
        }
        return "";
    }

    /** Returns the errors of a body; of what is no list of objects, each value as the message of an error. */
    public static List<ObjectNode> errors(JsonNode body) {
        JsonNode errors = body.path("errors");
        List<ObjectNode> list = new ArrayList<>();
        if (errors.isArray()) {
            errors.forEach(error -> list.add(error(error)));
        } else if (!errors.isMissingNode() && !errors.isNull() && !(errors.isContainerNode() && errors.isEmpty())) {
            list.add(error(errors));
        }
        return list;
    }

    private static ObjectNode error(JsonNode error) {
        if (error.isObject() && error.path("message").isTextual()) {
            return (ObjectNode) error;
        }
        ObjectNode complete = error.isObject() ? (ObjectNode) error.deepCopy() : JsonNodeFactory.instance.objectNode();
        return complete.put("message", error.isValueNode() ? error.asText() : error.toString());
    }

    public Meaning meaning() {
        return meaning;
    }

    public Execution execution() {
        return execution;
    }

    /** Whether there are data, possibly partial. */
    public boolean hasData() {
        return hasData;
    }

    /** Returns the delay after which the budget suffices for the same request; null if it is unknown. */
    public @Nullable Duration delay(Instant now) {
        if (meaning != Meaning.RATE_LIMITED) {
            return null;
        }
        Budget budget = budget(now);
        return budget == null || budget.requests > 0 ? null : budget.untilReset;
    }

    /**
     * Returns the remaining budget, as Shopify ({@code extensions.cost.throttleStatus}) and GitHub ({@code data.rateLimit}) state
     * it; null if there is none.
     */
    public @Nullable Budget budget(Instant now) {
        JsonNode status = cost.path("throttleStatus");
        double restoreRate = status.path("restoreRate").asDouble();
        double requested = Math.max(
                1,
                cost.path("requestedQueryCost")
                        .asDouble(cost.path("actualQueryCost").asDouble()));
        if (status.path("currentlyAvailable").isNumber() && restoreRate > 0) {
            double available = Math.max(0, status.path("currentlyAvailable").asDouble());
            double missing = available >= requested ? requested : requested - available;
            return new Budget((long) (available / requested), seconds(missing / restoreRate));
        }
        if (rateLimit.path("remaining").isNumber() && rateLimit.path("resetAt").isTextual()) {
            Duration reset = until(rateLimit.path("resetAt").asText(), now);
            long each = Math.max(1, rateLimit.path("cost").asLong(1));
            return reset == null
                    ? null
                    : new Budget(Math.max(0, rateLimit.path("remaining").asLong()) / each, reset);
        }
        return null;
    }

    private static Duration seconds(double seconds) {
        return seconds >= MAX_DELAY.toSeconds() ? MAX_DELAY : Duration.ofMillis((long) Math.ceil(seconds * 1000));
    }

    private static @Nullable Duration until(String time, Instant now) {
        try {
            Duration until = Duration.between(now, OffsetDateTime.parse(time).toInstant());
            return until.isNegative() ? Duration.ZERO : until.compareTo(MAX_DELAY) > 0 ? MAX_DELAY : until;
        } catch (DateTimeParseException e) {
            return null;
        }
    }
}
