package io.httpconnector.auth;

import io.httpconnector.AuthStrategy;
import io.httpconnector.Body;
import io.httpconnector.ConnectorException;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.Secret;
import java.net.URI;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.hc.client5.http.auth.AuthChallenge;
import org.apache.hc.client5.http.auth.AuthenticationException;
import org.apache.hc.client5.http.auth.ChallengeType;
import org.apache.hc.client5.http.auth.MalformedChallengeException;
import org.apache.hc.client5.http.auth.UsernamePasswordCredentials;
import org.apache.hc.client5.http.impl.auth.AuthChallengeParser;
import org.apache.hc.client5.http.impl.auth.DigestScheme;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.NameValuePair;
import org.apache.hc.core5.http.ParseException;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;
import org.apache.hc.core5.http.message.ParserCursor;
import org.jspecify.annotations.Nullable;

/** What one connection was challenged with last. Apache HttpClient computes the response; it counts, so one thread at a time. */
final class DigestSession implements AuthStrategy {

    private static final List<String> STRONGEST_FIRST = List.of("SHA-512-256", "SHA-256", "MD5");

    private final String user;
    private final Secret password;
    private @Nullable Challenge challenge;

    /** @param wantsBody whether the service accepts no response that leaves out the body */
    private record Challenge(DigestScheme scheme, boolean wantsBody) {}

    DigestSession(String user, Secret password) {
        this.user = user;
        this.password = password;
    }

    @Override
    public Request apply(Request request) {
        return response(request)
                .map(header -> request.header("Authorization", header))
                .orElse(request);
    }

    private synchronized Optional<Secret> response(Request request) {
        Challenge known = challenge;
        return known == null
                ? Optional.empty()
                : Optional.of(password.map(text -> response(known, request, text.toCharArray())));
    }

    private String response(Challenge known, Request request, char[] secret) {
        URI uri = request.uri();
        HttpHost host = new HttpHost(uri.getScheme(), uri.getHost(), uri.getPort());
        String target = uri.getRawPath() + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
        BasicClassicHttpRequest message = new BasicClassicHttpRequest(request.method(), host, target);
        request.body()
                .filter(body -> known.wantsBody)
                .map(Body::toBytes)
                .ifPresent(
                        bytes -> message.setEntity(new ByteArrayEntity(bytes, ContentType.APPLICATION_OCTET_STREAM)));
        HttpClientContext context = HttpClientContext.create();
        try {
            var unused = known.scheme.isResponseReady(
                    host, (scope, c) -> new UsernamePasswordCredentials(user, secret), context);
            return known.scheme.generateAuthResponse(host, message, context);
        } catch (AuthenticationException e) {
            throw new ConnectorException("The challenge of the service can't be answered: " + e.getMessage(), e);
        }
    }

    @Override
    public synchronized boolean refresh(Request rejected, Response answer) {
        Optional<AuthChallenge> next = challenge(answer);
        if (next.isEmpty()) {
            return false;
        }
        String sent = rejected.header("Authorization").orElse("");
        Challenge known = challenge;
        boolean isOurLast = known != null && sent.contains("nonce=\"" + known.scheme.getNonce() + "\"");
        boolean isStale = "true".equalsIgnoreCase(parameter(next.get(), "stale"));
        if (isOurLast && !isStale) {
            // The password is wrong; but let the next one begin anew.
            challenge = null;
            return false;
        }
        if (known == null || isOurLast) {
            challenge = read(next.get());
        }
        return true;
    }

    private static Challenge read(AuthChallenge challenge) {
        DigestScheme scheme = new DigestScheme();
        try {
            scheme.processChallenge(challenge, HttpClientContext.create());
            Set<String> protections = Arrays.stream(
                            parameter(challenge, "qop").toLowerCase(Locale.ROOT).split(",", -1))
                    .map(String::strip)
                    .collect(Collectors.toSet());
            return new Challenge(scheme, protections.contains("auth-int") && !protections.contains("auth"));
        } catch (MalformedChallengeException e) {
            throw new ConnectorException("The challenge of the service can't be read: " + e.getMessage(), e);
        }
    }

    /** The strongest that the service offers. */
    private static Optional<AuthChallenge> challenge(Response answer) {
        return answer.headers().all("WWW-Authenticate").stream()
                .flatMap(header -> challenges(header).stream())
                .filter(challenge -> "digest".equalsIgnoreCase(challenge.getSchemeName()))
                .filter(challenge -> strength(challenge) >= 0)
                .min(Comparator.comparingInt(DigestSession::strength));
    }

    private static List<AuthChallenge> challenges(String header) {
        try {
            return AuthChallengeParser.INSTANCE.parse(
                    ChallengeType.TARGET, header, new ParserCursor(0, header.length()));
        } catch (ParseException e) {
            return List.of();
        }
    }

    private static int strength(AuthChallenge challenge) {
        String algorithm =
                parameter(challenge, "algorithm").toUpperCase(Locale.ROOT).replaceFirst("-SESS$", "");
        return STRONGEST_FIRST.indexOf(algorithm.isEmpty() ? "MD5" : algorithm);
    }

    private static String parameter(AuthChallenge challenge, String name) {
        return challenge.getParams().stream()
                .filter(pair -> name.equalsIgnoreCase(pair.getName()))
                .map(NameValuePair::getValue)
                .findFirst()
                .orElse("");
    }

    @Override
    public String toString() {
        return "DigestAuth";
    }
}
