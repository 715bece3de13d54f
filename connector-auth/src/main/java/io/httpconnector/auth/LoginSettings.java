package io.httpconnector.auth;

import com.fasterxml.jackson.core.JsonPointer;
import io.httpconnector.AuthStrategy;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The validated settings of a {@link LoginAuthBuilder}: the requests, and how the last response is used. Immutable.
 *
 * @param steps the requests, in order
 * @param token returns the token of the last response and the {@code Set-Cookie} fields of the last step
 */
record LoginSettings(
        List<LoginStep> steps,
        BiFunction<Response, List<String>, @Nullable String> token,
        String tokenLocation,
        @Nullable JsonPointer expires,
        ExpiryFormat expiresAs,
        @Nullable Duration lifetime,
        boolean keepsCookies,
        boolean requiresToken,
        BiFunction<Secret, Map<String, Secret>, ? extends AuthStrategy> use,
        TimeSource timeSource) {

    /**
     * A request of a login.
     *
     * @param request creates the request from the values of the previous responses
     * @param fields return the values that are kept, by name
     */
    record LoginStep(
            Function<Map<String, Secret>, Request> request,
            Map<String, BiFunction<Response, List<String>, @Nullable String>> fields) {}

    /** Returns whether any response has values for the base URL. */
    boolean hasFields() {
        return steps.stream().anyMatch(step -> !step.fields.isEmpty());
    }
}
