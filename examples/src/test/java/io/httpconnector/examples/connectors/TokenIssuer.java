package io.httpconnector.examples.connectors;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The consents and tokens of a mock service: RFC 6749 and RFC 7636, with what the service does in its own way. */
final class TokenIssuer {

    static final String CLIENT = "client-1";
    static final String CLIENT_SECRET = "client-secret-1";
    static final String REDIRECT = "https://app.example.com/callback";

    private final String authorizationUrl;
    private final Map<String, Object> extra = new LinkedHashMap<>();
    private final Map<String, String> codes = new HashMap<>();
    private final Set<String> valid = new HashSet<>();
    private final Set<String> refreshTokens = new HashSet<>();
    private final Set<String> omitted = new HashSet<>();
    private boolean needsPkce;
    private boolean needsBasic;
    private boolean readsJson;
    private boolean rotates;
    private boolean refreshes = true;
    private int issued;
    private int refreshed;

    TokenIssuer(String authorizationUrl) {
        this.authorizationUrl = authorizationUrl;
    }

    /** Accepts only authorization requests with a code challenge. */
    TokenIssuer withPkce() {
        needsPkce = true;
        return this;
    }

    /** Accepts the client secret only by HTTP Basic authentication; otherwise only in the body. */
    TokenIssuer withBasic() {
        needsBasic = true;
        return this;
    }

    /** Accepts only token requests in JSON. */
    TokenIssuer withJson() {
        readsJson = true;
        return this;
    }

    /** Issues another refresh token each time, and accepts each only once. */
    TokenIssuer withRotation() {
        rotates = true;
        return this;
    }

    /** Issues tokens that do not expire, without a refresh token. */
    TokenIssuer withoutRefresh() {
        refreshes = false;
        return this;
    }

    /** Adds a member to the responses. */
    TokenIssuer with(String member, Object value) {
        extra.put(member, value);
        return this;
    }

    /** Leaves a member out of the responses. */
    TokenIssuer without(String member) {
        omitted.add(member);
        return this;
    }

    /** A user consents. Returns the callback, or fails if the service would have shown an error. */
    synchronized String consent(URI url, String... scopes) {
        Map<String, String> query = Call.decode(url.getRawQuery());
        String expected = authorizationUrl;
        if (!url.toString().startsWith(expected + "?")) {
            throw new IllegalArgumentException("The user was sent to " + url + ", not to " + expected);
        }
        check(query, "response_type", "code");
        check(query, "client_id", CLIENT);
        check(query, "redirect_uri", REDIRECT);
        for (String scope : scopes) {
            if (!List.of(query.getOrDefault("scope", "").split("[ ,]")).contains(scope)) {
                throw new IllegalArgumentException("The scope " + scope + " is missing: " + query.get("scope"));
            }
        }
        if (needsPkce) {
            check(query, "code_challenge_method", "S256");
        }
        String code = "code-" + ++issued;
        codes.put(code, query.getOrDefault("code_challenge", ""));
        return "code=" + code + "&state=" + query.get("state");
    }

    private static void check(Map<String, String> query, String name, String value) {
        if (!value.equals(query.get(name))) {
            throw new IllegalArgumentException(name + " is " + query.get(name) + ", not " + value);
        }
    }

    /** The token endpoint. */
    synchronized Reply token(Call call) {
        Map<String, String> fields = readsJson ? members(call) : call.form();
        if (!call.method().equals("POST") || fields.isEmpty()) {
            return Reply.json(400, Map.of("error", "invalid_request"));
        }
        String basic = "Basic "
                + Base64.getEncoder().encodeToString((CLIENT + ":" + CLIENT_SECRET).getBytes(StandardCharsets.UTF_8));
        boolean isClient = needsBasic
                ? call.header("Authorization").equals(basic)
                : CLIENT.equals(fields.get("client_id")) && CLIENT_SECRET.equals(fields.get("client_secret"));
        if (!isClient) {
            return Reply.json(401, Map.of("error", "invalid_client"));
        }
        String grant = fields.getOrDefault("grant_type", "");
        boolean isGranted = switch (grant) {
            case "authorization_code" -> isCode(fields);
            case "refresh_token" -> refreshes && isRefreshToken(fields.getOrDefault("refresh_token", ""));
            case "client_credentials" -> true;
            default -> false;
        };
        return isGranted
                ? Reply.json(grant(!grant.equals("client_credentials")))
                : Reply.json(400, Map.of("error", "invalid_grant", "error_description", "refused: " + grant));
    }

    private static Map<String, String> members(Call call) {
        Map<String, String> members = new HashMap<>();
        if (call.header("Content-Type").startsWith("application/json")) {
            for (Map.Entry<String, JsonNode> member : call.json().properties()) {
                members.put(member.getKey(), member.getValue().asText());
            }
        }
        return members;
    }

    private boolean isCode(Map<String, String> fields) {
        String challenge = codes.remove(fields.getOrDefault("code", ""));
        String verifier = fields.getOrDefault("code_verifier", "");
        return challenge != null
                && REDIRECT.equals(fields.get("redirect_uri"))
                && (challenge.isEmpty() || challenge.equals(sha256(verifier)));
    }

    private boolean isRefreshToken(String token) {
        refreshed++;
        return rotates ? refreshTokens.remove(token) : refreshTokens.contains(token);
    }

    /** Returns the number of refreshes so far. */
    synchronized int refreshed() {
        return refreshed;
    }

    private Map<String, Object> grant(boolean withRefreshToken) {
        Map<String, Object> response = new LinkedHashMap<>(extra);
        response.put("access_token", newToken());
        response.put("token_type", "Bearer");
        if (refreshes) {
            response.put("expires_in", 3600);
            if (withRefreshToken) {
                String token = "refresh-" + ++issued;
                refreshTokens.add(token);
                response.put("refresh_token", token);
            }
        }
        response.keySet().removeAll(omitted);
        return response;
    }

    /** Issues a token without a request, such as one that a user creates on a page of the service. */
    synchronized String newToken() {
        String token = "token-" + ++issued;
        valid.add(token);
        return token;
    }

    synchronized boolean accepts(String token) {
        return valid.contains(token);
    }

    /** Whether the request has a valid bearer token. */
    boolean accepts(Call call) {
        String header = call.header("Authorization");
        return header.startsWith("Bearer ") && accepts(header.substring("Bearer ".length()));
    }

    /** All access tokens expire. */
    synchronized void expireTokens() {
        valid.clear();
    }

    private static String sha256(String text) {
        try {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(
                            MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
