package io.httpconnector;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.internal.graphql.GraphQlResponse;
import io.httpconnector.internal.http.Timeouts;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.MemberSteps;
import io.httpconnector.internal.limits.Backoff;
import io.httpconnector.internal.limits.DelaySource;
import io.httpconnector.internal.limits.RetryAfter;
import io.httpconnector.internal.limits.RetryBudget;
import io.httpconnector.internal.transport.CallContext;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * A policy that determines when a connection retries a request, and after which delay.
 *
 * <pre>{@code
 * .retry(RetryPolicy.maxAttempts(6).backoff(Duration.ofSeconds(1), Duration.ofMinutes(2)))
 * }</pre>
 *
 * <p>A request is retried in these cases:
 *
 * <ul>
 *   <li>no connection was established, so that nothing was sent: any request;
 *   <li>no response, an incomplete response, or status 502 or 504: a request that only reads, such as GET, or that is
 *       {@linkplain Request#idempotent() idempotent} or has an {@linkplain Request#idempotencyKey() idempotency key};
 *   <li>status 408, 425, 429, and 503 with {@code Retry-After}, which mean that the service has not processed the request: any
 *       request. A 503 without {@code Retry-After} is treated like a 502.
 * </ul>
 *
 * <p>The delay is a random time between zero and the backoff, which doubles with each attempt ("full jitter"). If the service
 * requests a delay, with {@code Retry-After} or the reset of a rate limit, the delay is at least that. If it would exceed the
 * maximum backoff or the timeout of the call, the call fails immediately instead. Retries that the service did not request are
 * limited to a tenth of the requests of a connection plus one every two seconds, so that they do not prevent an overloaded
 * service from recovering.
 *
 * <p>{@link #fixedDelay} replaces the backoff, {@link #withoutJitter} makes it constant, {@link #minDelay} sets a minimum, and {@link
 * #delayHeader} and {@link #delayField} read the delay from a header field or the body of the response. A policy belongs to a
 * connection, to a request or its template, or to a {@link ResponseRule}.
 *
 * <p>Immutable.
 */
public final class RetryPolicy {

    private static final int MAX_ATTEMPTS = 100;
    /** The maximum number of immediate retries of a call on another connection, after the service has closed a reused one. */
    private static final int MAX_STALE = 10;

    private static final RetryPolicy DEFAULTS =
            new RetryPolicy(4, Duration.ofMillis(250), Duration.ofSeconds(30), Duration.ZERO, null, true, List.of());
    private static final RetryPolicy NONE = DEFAULTS.withAttempts(1);

    private final int attempts;
    private final Duration first;
    private final Duration max;
    private final Duration min;
    private final @Nullable Duration fixed;
    private final boolean jitter;
    private final List<DelaySource> delays;

    private RetryPolicy(
            int attempts,
            Duration first,
            Duration max,
            Duration min,
            @Nullable Duration fixed,
            boolean jitter,
            List<DelaySource> delays) {
        this.attempts = attempts;
        this.first = first;
        this.max = max;
        this.min = min;
        this.fixed = fixed;
        this.jitter = jitter;
        this.delays = delays;
    }

    private RetryPolicy withAttempts(int count) {
        return new RetryPolicy(count, first, max, min, fixed, jitter, delays);
    }

    /**
     * Returns the default policy: up to 4 attempts, and a backoff from 250 ms to 30 s.
     *
     * @return the defaults
     */
    public static RetryPolicy defaults() {
        return DEFAULTS;
    }

    /**
     * Returns a policy without retries. The only exception: if a reused connection turns out to be closed, a request that may
     * be repeated is sent on another one.
     *
     * @return the policy
     */
    public static RetryPolicy none() {
        return NONE;
    }

    /**
     * Returns a policy with a maximum number of attempts and the default backoff.
     *
     * @param attempts the maximum number of attempts, 1 to 100, including the first one
     * @return the policy
     * @throws InvalidDefinitionException when the number is out of range
     */
    public static RetryPolicy maxAttempts(int attempts) {
        if (attempts < 1 || attempts > MAX_ATTEMPTS) {
            throw new InvalidDefinitionException("retry", attempts + " attempts: use 1 to " + MAX_ATTEMPTS);
        }
        return DEFAULTS.withAttempts(attempts);
    }

    /**
     * Sets the backoff.
     *
     * @param first the maximum delay before the second attempt, 1 ms to 24 h
     * @param max the maximum delay before any attempt, even if the service requests a longer one: at least {@code first}, up to
     *     24 h
     * @return a new policy
     * @throws InvalidDefinitionException when a time is out of range
     */
    public RetryPolicy backoff(Duration first, Duration max) {
        Timeouts.check("backoff", first);
        Timeouts.check("backoff", max);
        if (first.compareTo(max) > 0) {
            throw new InvalidDefinitionException("backoff", "the first, " + first + ", is longer than " + max);
        }
        return new RetryPolicy(attempts, first, max, min, null, jitter, delays);
    }

    /**
     * Waits the same time before each further attempt, without jitter, or longer if the service requests it. Replaces the
     * backoff.
     *
     * @param delay 1 ms to 24 h
     * @return a new policy
     * @throws InvalidDefinitionException when the time is out of range
     */
    public RetryPolicy fixedDelay(Duration delay) {
        Timeouts.check("fixedDelay", delay);
        return new RetryPolicy(attempts, first, delay.compareTo(max) > 0 ? delay : max, min, delay, jitter, delays);
    }

    /**
     * Sets the minimum delay before each further attempt, whatever the jitter of the backoff or the service's request is.
     * Default: none.
     *
     * @param delay 1 ms to 24 h; the maximum backoff is raised to it if necessary
     * @return a new policy
     * @throws InvalidDefinitionException when the time is out of range
     */
    public RetryPolicy minDelay(Duration delay) {
        Timeouts.check("minDelay", delay);
        return new RetryPolicy(attempts, first, delay.compareTo(max) > 0 ? delay : max, delay, fixed, jitter, delays);
    }

    /**
     * Waits for the whole backoff, not for a random part of it: 1 s, 2 s, 4 s and so on. If the service requests a delay, waits for
     * exactly that, unless it is zero. Clients that fail at the same time then retry at the same time, so use it only for services that require it.
     * Default: with jitter.
     *
     * @return a new policy
     */
    public RetryPolicy withoutJitter() {
        return new RetryPolicy(attempts, first, max, min, fixed, false, delays);
    }

    /**
     * Reads the delay that the service requests from a header field, in addition to {@code Retry-After} and the usual fields
     * of rate limits, which it precedes. The value may be a number of seconds, seconds or milliseconds since 1970, an HTTP date
     * or an ISO 8601 time. Of several header fields, the first with a value counts.
     *
     * @param name the field name, in any case
     * @return a new policy
     */
    public RetryPolicy delayHeader(String name) {
        return with(DelaySource.header(name));
    }

    /**
     * Reads the delay that the service requests from a part of a header field; see {@link #delayHeader(String)}.
     *
     * @param name the field name, in any case
     * @param pattern a regular expression that finds the delay: its first group, or all that it matches without one
     * @return a new policy
     * @throws InvalidDefinitionException when the pattern is invalid
     */
    public RetryPolicy delayHeader(String name, String pattern) {
        return with(DelaySource.header(name).matching(pattern));
    }

    /**
     * Reads the delay that the service requests from a number in a header field; see {@link #delayHeader(String)}.
     *
     * @param name the field name, in any case
     * @param unit the unit of the number: {@code MILLIS}, {@code SECONDS} or {@code MINUTES}
     * @return a new policy
     * @throws InvalidDefinitionException when an argument is invalid, such as another unit
     */
    public RetryPolicy delayHeader(String name, ChronoUnit unit) {
        return with(DelaySource.header(name).in(unit));
    }

    /**
     * Reads the delay that the service requests from a number in a part of a header field; see {@link #delayHeader(String)}.
     *
     * @param name the field name, in any case
     * @param pattern a regular expression that finds the number: its first group, or all that it matches without one
     * @param unit the unit of the number: {@code MILLIS}, {@code SECONDS} or {@code MINUTES}
     * @return a new policy
     * @throws InvalidDefinitionException when an argument is invalid, such as another unit
     */
    public RetryPolicy delayHeader(String name, String pattern, ChronoUnit unit) {
        return with(DelaySource.header(name).matching(pattern).in(unit));
    }

    /**
     * Reads the delay that the service requests from a value of the JSON body; see {@link #delayHeader(String)}.
     *
     * @param pointer a JSON Pointer (RFC 6901), such as {@code /error/retry_after}
     * @return a new policy
     * @throws InvalidDefinitionException when the pointer is invalid
     */
    public RetryPolicy delayField(String pointer) {
        return with(DelaySource.field(pointer));
    }

    /**
     * Reads the delay that the service requests from a part of a value of the JSON body; see {@link #delayHeader(String)}.
     *
     * @param pointer a JSON Pointer (RFC 6901), such as {@code /error/message}
     * @param pattern a regular expression that finds the delay: its first group, or all that it matches without one
     * @return a new policy
     * @throws InvalidDefinitionException when the pointer or the pattern is invalid
     */
    public RetryPolicy delayField(String pointer, String pattern) {
        return with(DelaySource.field(pointer).matching(pattern));
    }

    /**
     * Reads the delay that the service requests from a number in a value of the JSON body; see {@link #delayHeader(String)}.
     *
     * @param pointer a JSON Pointer (RFC 6901)
     * @param unit the unit of the number: {@code MILLIS}, {@code SECONDS} or {@code MINUTES}
     * @return a new policy
     * @throws InvalidDefinitionException when an argument is invalid, such as another unit
     */
    public RetryPolicy delayField(String pointer, ChronoUnit unit) {
        return with(DelaySource.field(pointer).in(unit));
    }

    /**
     * Reads the delay that the service requests from a number in a part of a value of the JSON body; see {@link #delayHeader(String)}.
     *
     * @param pointer a JSON Pointer (RFC 6901)
     * @param pattern a regular expression that finds the number: its first group, or all that it matches without one
     * @param unit the unit of the number: {@code MILLIS}, {@code SECONDS} or {@code MINUTES}
     * @return a new policy
     * @throws InvalidDefinitionException when an argument is invalid, such as another unit
     */
    public RetryPolicy delayField(String pointer, String pattern, ChronoUnit unit) {
        return with(DelaySource.field(pointer).matching(pattern).in(unit));
    }

    private RetryPolicy with(DelaySource delay) {
        List<DelaySource> more = new ArrayList<>(delays);
        more.add(delay);
        return new RetryPolicy(attempts, first, max, min, fixed, jitter, List.copyOf(more));
    }

    /**
     * Returns the policy as JSON.
     *
     * @return {@code {"maxAttempts": 6, "backoff": {"first": "PT1S", "max": "PT2M"}}}, with {@code fixedDelay}, {@code
     *     minDelay}, {@code jitter}, {@code delayHeader} and {@code delayField} where they are set
     */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("maxAttempts", attempts);
        json.putObject("backoff").put("first", first.toString()).put("max", max.toString());
        if (fixed != null) {
            json.put("fixedDelay", fixed.toString());
        }
        if (!min.isZero()) {
            json.put("minDelay", min.toString());
        }
        if (!jitter) {
            json.put("jitter", false);
        }
        delays.forEach(delay -> delay.writeTo(json));
        return json;
    }

    /**
     * Reads a policy from JSON.
     *
     * @param json the output of {@link #toJson()}, or an object written by hand; all members are optional
     * @return the policy
     * @throws InvalidDefinitionException when it is invalid: lists all problems with their JSON Pointers
     */
    public static RetryPolicy fromJson(JsonNode json) {
        return JsonObjectReader.read("retry", json, RetryPolicy::read);
    }

    static RetryPolicy read(JsonObjectReader reader) {
        // "maxAttempts": The maximum number of attempts, 1 to 100, including the first one.
        Integer attempts = reader.integer("maxAttempts");
        BackoffMember backoff = reader.object("backoff", BackoffMember::read);
        // "jitter": Whether to wait for a random part of the backoff. Default: true.
        Boolean isRandom = reader.flag("jitter");
        MemberSteps<RetryPolicy> steps = new MemberSteps<>(reader, DEFAULTS)
                .with("maxAttempts", attempts, (policy, count) -> policy.withAttempts(maxAttempts(count).attempts))
                .with("backoff", backoff, (policy, times) -> policy.backoff(times.first, times.max))
                // "fixedDelay": The same delay before each further attempt, without jitter, 1 ms to 24 h; longer if the
                // service requests it.
                .duration("fixedDelay", RetryPolicy::fixedDelay)
                .duration("minDelay", RetryPolicy::minDelay)
                .with("jitter", isRandom, (policy, random) -> random ? policy : policy.withoutJitter());
        return steps.each("delayHeader", DelaySource::readHeader, RetryPolicy::with)
                .each("delayField", DelaySource::readField, RetryPolicy::with)
                .value();
    }

    /** The member {@code backoff}. */
    private record BackoffMember(Duration first, Duration max) {
        static @Nullable BackoffMember read(JsonObjectReader reader) {
            // "first": The delay before the first retry.
            Duration first = reader.requiredDuration("first");
            // "max": The maximum delay.
            Duration max = reader.requiredDuration("max");
            return first == null || max == null ? null : new BackoffMember(first, max);
        }
    }

    /** Returns the delay before the next attempt after a failure without a response; null if there is no further attempt. */
    @Nullable Duration after(ConnectorException failure, Request request, CallContext call, RetryBudget budget) {
        if (failure instanceof TransferException e
                && e.isStale()
                && request.isRepeatable()
                && call.countStale() <= MAX_STALE) {
            return Duration.ZERO;
        }
        boolean again = request.isRepeatable() ? isPassing(failure) : isUnsent(failure);
        return again ? withinLimits(backoff(call), call, budget) : null;
    }

    /** Returns the delay before the next attempt after a response; null if there is no further attempt. */
    @Nullable Duration after(Response response, CallContext call, RetryBudget budget, Instant now) {
        if (response.classification() != ResponseRule.Action.RETRY
                && response.classification() != ResponseRule.Action.RATE_LIMITED) {
            return null;
        }
        if (response.status() == 504 && response.request().isOnlyIfCached()) {
            return null;
        }
        Duration asked = requestedDelay(response, now);
        Duration backoff = backoff(call);
        return asked == null
                ? withinLimits(backoff, call, budget)
                : withinLimits(longest(min, requested(asked, backoff)), call, null);
    }

    private Duration requested(Duration asked, Duration backoff) {
        if (fixed != null) {
            return longest(asked, fixed);
        }
        if (jitter) {
            return asked.plus(shortest(backoff, first));
        }
        // A delay of zero, such as that of a time in the past, is no reason to send at once.
        return asked.isZero() ? backoff : asked;
    }

    private static Duration longest(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private static Duration shortest(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /** Returns the delay that the service requests, or null. */
    @Nullable Duration requestedDelay(Response response, Instant now) {
        for (DelaySource delay : delays) {
            Duration named = delay.in(response.headers(), () -> json(response), now);
            if (named != null) {
                return named;
            }
        }
        GraphQlResponse graphQl = response.graphQl();
        Duration budget = graphQl == null ? null : graphQl.delay(now);
        if (budget != null) {
            return budget;
        }
        return response.classification() == ResponseRule.Action.RATE_LIMITED
                ? RetryAfter.ofLimit(response.headers(), now)
                : RetryAfter.of(response.headers(), now);
    }

    private static JsonNode json(Response response) {
        try {
            return response.json();
        } catch (InvalidResponseException e) {
            // An error page of a proxy, for example.
            return MissingNode.getInstance();
        }
    }

    private @Nullable Duration withinLimits(Duration wait, CallContext call, @Nullable RetryBudget budget) {
        boolean allowed = call.attempts() < attempts
                && wait.compareTo(max) <= 0
                && wait.compareTo(call.remaining()) < 0
                && (budget == null || budget.take());
        return allowed ? wait : null;
    }

    private Duration backoff(CallContext call) {
        return longest(min, fixed == null ? new Backoff(first, max).delay(call.attempts(), jitter ? 0 : 1, 1) : fixed);
    }

    private static boolean isUnsent(ConnectorException failure) {
        if (failure instanceof CannotConnectException e) {
            return e.reason() != CannotConnectException.Reason.TLS
                    && e.reason() != CannotConnectException.Reason.NOT_ALLOWED
                    && !(e.getCause() instanceof SSLException)
                    && !e.isLasting();
        }
        return failure instanceof TransferException refused
                ? refused.isUnprocessed()
                : failure instanceof TimedOutException e && e.phase() == TimedOutException.Phase.CONNECT;
    }

    private static boolean isPassing(ConnectorException failure) {
        return isUnsent(failure)
                || (failure instanceof TransferException
                        && !Thread.currentThread().isInterrupted())
                || (failure instanceof TimedOutException e && e.phase() == TimedOutException.Phase.RESPONSE);
    }
}
