package io.httpconnector.auth.oauth2;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The rules that the options of an {@link OAuth2Builder} must fulfil together.
 *
 * @param discover the issuer that is discovered, empty for that of the service; null if nothing is discovered
 * @param hasCredential whether the client has a secret or a key
 */
record OAuth2Requirements(
        OptionRecorder options,
        GrantType grant,
        @Nullable String discover,
        @Nullable String clientId,
        boolean hasCredential) {

    /** Returns the problems of the options. */
    List<String> problems() {
        List<String> problems = new ArrayList<>();
        checkEndpoints(problems);
        boolean signsAssertion = grant instanceof JwtBearerGrant || grant instanceof SamlBearerGrant;
        if ((clientId == null || clientId.isEmpty()) && !registersClient() && !signsAssertion) {
            problems.add("client: it is missing: set it by client(id, secret)");
        }
        boolean hasBody = options.has("tokenRequest") && !"QUERY".equals(options.get("tokenRequest"));
        if ("GET".equals(options.get("tokenMethod")) && hasBody) {
            problems.add("tokenRequest: a GET request has no body: use QUERY, or omit it");
        }
        if (hasBody && "JSON".equals(options.get("tokenRequest")) && options.count("resources") > 1) {
            problems.add("resource: a token request in JSON can have only one");
        }
        if ("TLS".equals(options.get("clientAuthentication")) && (clientId == null || hasCredential)) {
            problems.add("client: the certificate of the connection authenticates it: use publicClient(id)");
        }
        return problems;
    }

    private void checkEndpoints(List<String> problems) {
        if (discover != null) {
            return;
        }
        if (!options.has("tokenUrl")) {
            problems.add("token URL: it is missing: set it by tokenUrl(\"https://...\")");
        }
        if (grant instanceof AuthorizationCodeGrant && !options.has("authorizationUrl")) {
            problems.add("authorization URL: it is missing: set it by authorizationUrl(\"https://...\")");
        }
        if (grant instanceof DeviceCodeGrant && !options.has("deviceAuthorizationUrl")) {
            problems.add("device authorization URL: it is missing: set it by deviceAuthorizationUrl(\"https://...\")");
        }
    }

    /** Returns whether a client is registered. For the device grant this requires discovery from the service. */
    private boolean registersClient() {
        boolean canRegister = options.has("registrationUrl") || discover != null;
        boolean isFromIssuer = Objects.requireNonNullElse(discover, "").startsWith("http");
        return canRegister
                && (grant instanceof AuthorizationCodeGrant || (grant instanceof DeviceCodeGrant && !isFromIssuer));
    }
}
