package io.httpconnector.auth.oauth2;

import io.httpconnector.TimeSource;
import io.httpconnector.auth.OAuth1Auth;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The validated settings of an {@link OAuth1Builder}. Immutable. */
record OAuth1Config(
        OAuth1Auth client,
        String requestTokenUrl,
        String authorizationUrl,
        String accessTokenUrl,
        Map<String, String> requestParameters,
        Map<String, String> authorizationParameters,
        Map<String, String> fields,
        @Nullable String redirectUri,
        TokenStore tokens,
        @Nullable String account,
        TimeSource timeSource) {}
