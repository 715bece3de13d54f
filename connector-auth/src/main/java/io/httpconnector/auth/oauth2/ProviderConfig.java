package io.httpconnector.auth.oauth2;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.auth.ExpiryFormat;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a provider, from a preset or a builder: endpoints, and differences of their requests and responses from the RFCs.
 * Contains no secrets. Missing settings have the default of the accessor.
 */
record ProviderConfig(
        @Nullable String authorizationUrl,
        @Nullable Map<String, String> authorizationParameters,
        @Nullable Boolean pkce,
        @Nullable Boolean nonce,
        @Nullable String issuer,
        @Nullable List<String> callbackFields,
        @Nullable Map<String, String> authorizationParameterNames,
        @Nullable Set<String> omittedAuthorizationParameters,
        @Nullable String codeParameter,
        @Nullable Map<String, String> tokenParameterNames,
        @Nullable Set<String> omittedTokenParameters,
        @Nullable List<String> trustedHosts,
        @Nullable Map<String, String> additionalTokens,
        @Nullable String useToken,
        @Nullable String registrationUrl,
        @Nullable String assertionAudience,
        @Nullable String assertionLifetime,
        @Nullable Boolean requireScopes,
        @Nullable List<String> resources,
        @Nullable String pushedAuthorizationRequestUrl,
        String tokenUrl,
        @Nullable String refreshUrl,
        @Nullable String revocationUrl,
        @Nullable String deviceAuthorizationUrl,
        @Nullable String scopeSeparator,
        @Nullable ClientAuthentication clientAuthentication,
        @Nullable TokenRequestFormat tokenRequest,
        @Nullable String tokenMethod,
        @Nullable Map<String, String> tokenParameters,
        @Nullable Map<String, String> refreshParameters,
        @Nullable Map<String, String> tokenHeaders,
        @Nullable String accessTokenPath,
        @Nullable String refreshTokenPath,
        @Nullable String expiresPath,
        @Nullable ExpiryFormat expiresAs,
        @Nullable String lifetime,
        @Nullable Map<String, String> tokenFields,
        @Nullable List<String> refusals,
        @Nullable String accessTokenHeader,
        @Nullable String tokenPrefix) {

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private static final Map<String, String> ENDPOINTS = Map.of(
            "authorizationUrl", "authorization_endpoint",
            "tokenUrl", "token_endpoint",
            "revocationUrl", "revocation_endpoint",
            "deviceAuthorizationUrl", "device_authorization_endpoint");

    static ProviderConfig of(ObjectNode json) {
        try {
            return MAPPER.treeToValue(json, ProviderConfig.class);
        } catch (JsonProcessingException e) {
            throw new InvalidDefinitionException("OAuth 2", List.of(e.getOriginalMessage()));
        }
    }

    /** Returns whether an endpoint is configured, so that the one in the metadata is not used. */
    boolean replaces(String metadataName) {
        return ENDPOINTS.entrySet().stream()
                .filter(entry -> entry.getValue().equals(metadataName))
                .anyMatch(entry -> MAPPER.valueToTree(this).hasNonNull(entry.getKey()));
    }

    /** Returns these settings with the client authentication of a registered client. */
    ProviderConfig with(ClientAuthentication method) {
        ObjectNode all = MAPPER.valueToTree(this);
        all.put("clientAuthentication", method.name());
        return of(all);
    }

    /** Returns these settings, completed by the metadata of the server: RFC 8414, section 2. */
    ProviderConfig discovered(JsonNode server, @Nullable String resource) {
        ObjectNode all = MAPPER.valueToTree(this);
        ENDPOINTS.forEach((ours, theirs) -> {
            JsonNode url = endpoint(server, theirs);
            if (!all.hasNonNull(ours) && url.isTextual()) {
                all.set(ours, url);
            }
        });
        JsonNode pushed = endpoint(server, "pushed_authorization_request_endpoint");
        if (pushedAuthorizationRequestUrl == null
                && server.path("require_pushed_authorization_requests").asBoolean()
                && pushed.isTextual()) {
            all.set("pushedAuthorizationRequestUrl", pushed);
        }
        Set<String> clients = new HashSet<>();
        server.path("token_endpoint_auth_methods_supported").forEach(method -> clients.add(method.asText()));
        if (clientAuthentication == null
                && clients.contains("client_secret_post")
                && !clients.contains("client_secret_basic")) {
            all.put("clientAuthentication", "body");
        }
        if (server.path("authorization_response_iss_parameter_supported").asBoolean()) {
            all.set("issuer", server.path("issuer"));
        }
        if (resource != null && resources == null) {
            all.withArray("/resources").add(resource);
        }
        return of(all);
    }

    /** Returns an endpoint in the metadata: its alias if the client authenticates by a certificate, RFC 8705, section 5. */
    private JsonNode endpoint(JsonNode server, String name) {
        JsonNode alias = server.path("mtls_endpoint_aliases").path(name);
        return clientAuthentication == ClientAuthentication.TLS && alias.isTextual() ? alias : server.path(name);
    }

    /** Returns the resources to send with parameters that have none of their own: RFC 8707, section 2. */
    List<String> resourcesBeside(Set<String> parameters) {
        return resources == null || parameters.contains("resource") ? List.of() : resources;
    }

    /** Returns these settings with the values of the callback or a token response in the URLs of the endpoints. */
    ProviderConfig with(Map<String, String> received) {
        ObjectNode all = MAPPER.valueToTree(this);
        EndpointTemplate template = new EndpointTemplate(received, trustedHosts == null ? List.of() : trustedHosts);
        for (String endpoint : List.of("tokenUrl", "refreshUrl", "revocationUrl")) {
            String url = all.path(endpoint).asText();
            if (EndpointTemplate.isTemplate(url)) {
                all.put(endpoint, template.render(url));
            }
        }
        return of(all);
    }

    /** Returns whether an endpoint depends on values of the callback or a token response. */
    boolean hasTemplates() {
        return Stream.of(tokenUrl, refreshUrl, revocationUrl)
                .anyMatch(url -> url != null && EndpointTemplate.isTemplate(url));
    }

    /** Returns the name under which a parameter of the authorization request is sent. */
    String authorizationParameterName(String parameter) {
        return orEmpty(authorizationParameterNames).getOrDefault(parameter, parameter);
    }

    /** Returns the name under which a parameter of a token request is sent. */
    String tokenParameterName(String parameter) {
        return orEmpty(tokenParameterNames).getOrDefault(parameter, parameter);
    }

    boolean omitsTokenParameter(String parameter) {
        return omittedTokenParameters != null && omittedTokenParameters.contains(parameter);
    }

    ClientAuthentication clientAuthenticationOrDefault() {
        return clientAuthentication == null ? ClientAuthentication.BASIC : clientAuthentication;
    }

    TokenRequestFormat tokenRequestOrDefault() {
        return tokenRequest == null ? TokenRequestFormat.FORM : tokenRequest;
    }

    ExpiryFormat expiresAsOrDefault() {
        return expiresAs == null ? ExpiryFormat.SECONDS : expiresAs;
    }

    @Nullable Duration lifetimeOrNull() {
        return lifetime == null ? null : Duration.parse(lifetime);
    }

    static Map<String, String> orEmpty(@Nullable Map<String, String> map) {
        return map == null ? Map.of() : map;
    }
}
