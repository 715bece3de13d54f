package io.httpconnector.auth;

import com.fasterxml.jackson.core.JsonPointer;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The validated settings of a {@link LoginAuthBuilder}: the login request, and how its response is used. Immutable. */
record LoginSettings(
        Supplier<Request> login,
        Function<Response, @Nullable String> token,
        String tokenLocation,
        @Nullable JsonPointer expires,
        ExpiryFormat expiresAs,
        @Nullable Duration lifetime,
        Map<String, JsonPointer> fields,
        Function<Secret, CustomAuth> use,
        TimeSource timeSource) {}
