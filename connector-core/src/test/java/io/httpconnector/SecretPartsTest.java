package io.httpconnector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A service that echoes one part of a credential: the token without its scheme, the password without the user. */
@Timeout(30)
class SecretPartsTest {

    private static final String K = "k3y-8d1f7c5a9e2b";

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    static Stream<Arguments> credentials() {
        return Stream.of(
                Arguments.of("Authorization", "Bearer " + K),
                Arguments.of("Authorization", "bearer  " + K),
                Arguments.of("Authorization", "Token token=" + K),
                Arguments.of("Authorization", "Token token=\"" + K + "\", nonce=\"x\""),
                Arguments.of("Authorization", "Custom id=1, key = \"" + K + "\""),
                Arguments.of("Authorization", "Basic " + base64("user@example.com:" + K)),
                Arguments.of("Authorization", "Basic " + base64(K + ":")),
                Arguments.of("Authorization", "ApiKey " + base64("id:" + K)),
                Arguments.of("Authorization", "SharedKey account:" + K),
                Arguments.of("Authorization", K),
                Arguments.of("Cookie", "sid=" + K),
                Arguments.of("Cookie", "theme=dark; sid=" + K + "; lang=en"),
                Arguments.of("Cookie", "sid=\"" + K + "\""));
    }

    static Stream<Arguments> parameters() {
        return Stream.of(
                Arguments.of("X-Signature", "v1=" + K),
                Arguments.of("X-Signature", "t=1492774577,v1=" + K),
                Arguments.of("X-Signature", "t=1; v1=" + K + "; v0=" + K + K),
                Arguments.of("X-Auth", "user:" + K),
                Arguments.of("X-Auth", "key=" + K + "&id=1"));
    }

    /** How a value gets into a request. */
    private enum Origin {
        STRATEGY,
        STRATEGY_SECRET,
        DEFAULT_SECRET,
        REQUEST_SECRET,
        /** Known by the name of the field only. */
        DEFAULT_PLAIN,
        REQUEST_PLAIN;

        HttpConnectionBuilder connection(HttpConnectionBuilder builder, String name, String value) {
            return switch (this) {
                case STRATEGY -> builder.auth(request -> request.header(name, value));
                case STRATEGY_SECRET -> builder.auth(request -> request.header(name, Secret.of(value)));
                case DEFAULT_SECRET -> builder.header(name, Secret.of(value));
                case DEFAULT_PLAIN -> builder.header(name, value);
                default -> builder;
            };
        }

        Request request(Request request, String name, String value) {
            return switch (this) {
                case REQUEST_SECRET -> request.header(name, Secret.of(value));
                case REQUEST_PLAIN -> request.header(name, value);
                default -> request;
            };
        }
    }

    static Stream<Arguments> cases() {
        Stream<Arguments> named = credentials()
                .flatMap(one ->
                        Stream.of(Origin.values()).map(origin -> Arguments.of(origin, one.get()[0], one.get()[1])));
        Stream<Arguments> others = parameters()
                .flatMap(one -> Stream.of(
                                Origin.STRATEGY, Origin.STRATEGY_SECRET, Origin.DEFAULT_SECRET, Origin.REQUEST_SECRET)
                        .map(origin -> Arguments.of(origin, one.get()[0], one.get()[1])));
        return Stream.concat(named, others);
    }

    private static String response(String status, String fields, String body) {
        return "HTTP/1.1 " + status + "\r\nContent-Length: " + body.length() + "\r\n" + fields + "\r\n" + body;
    }

    private static <E extends ConnectorException> E failure(
            Class<E> type, WirePeer service, Origin origin, String name, String value) throws Exception {
        try (HttpConnection connection = origin.connection(
                        HttpConnection.named("Service").baseUrl(service.url()), name, value)
                .build()) {
            return catchThrowableOfType(
                    type, () -> connection.send(origin.request(Request.get("/start"), name, value)));
        }
    }

    private static String shown(ConnectorException e) {
        StringWriter text = new StringWriter();
        e.printStackTrace(new PrintWriter(text, true));
        return text + e.exchange().orElseThrow().toString();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void echoIsMasked(Origin origin, String name, String value) throws Exception {
        try (WirePeer service = new WirePeer(
                (n, request) -> response("401 Unauthorized", "X-Echo: " + K + "\r\n", "invalid token " + K))) {
            StatusException e = failure(StatusException.class, service, origin, name, value);

            assertThat(shown(e)).doesNotContain(K).contains("invalid token ***");
        }
    }

    /** What is known of the secrets of one exchange must not be applied to another one. */
    @Test
    void echoOfARotatedSecretIsMasked() throws Exception {
        AtomicInteger uses = new AtomicInteger();
        Secret rotating = Secret.from(() -> "k3y-" + uses.incrementAndGet() % 3 + "-9e2b");
        try (WirePeer service =
                        new WirePeer((n, request) -> response("200 OK", "", "k3y-0-9e2b k3y-1-9e2b k3y-2-9e2b"));
                HttpConnection connection =
                        HttpConnection.named("Service").baseUrl(service.url()).build()) {
            Set<String> bodies = new HashSet<>();
            for (int i = 0; i < 9; i++) {
                bodies.add(connection
                        .send(Request.get("/start").header("X-Key", rotating))
                        .exchange()
                        .responseBody());
            }

            assertThat(bodies)
                    .containsExactlyInAnyOrder(
                            "*** k3y-1-9e2b k3y-2-9e2b", "k3y-0-9e2b *** k3y-2-9e2b", "k3y-0-9e2b k3y-1-9e2b ***");
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void locationWithAPartIsNotFollowedToAnotherOrigin(Origin origin, String name, String value) throws Exception {
        try (WirePeer other = new WirePeer((n, request) -> response("200 OK", "", ""));
                WirePeer service = new WirePeer(
                        (n, request) -> response("302 Found", "Location: " + other.url() + "/" + K + "\r\n", ""))) {
            InvalidResponseException e = failure(InvalidResponseException.class, service, origin, name, value);

            assertThat(shown(e)).doesNotContain(K);
            assertThat(other.requests()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void partInARedirectWithinTheOriginStaysMasked(Origin origin, String name, String value) throws Exception {
        try (WirePeer service = new WirePeer((n, request) -> request.startsWith("GET /start")
                ? response("302 Found", "Location: /next?k=" + K + "\r\n", "")
                : response("500 Error", "", "failed: " + K))) {
            StatusException e = failure(StatusException.class, service, origin, name, value);

            assertThat(shown(e)).doesNotContain(K).contains("/next?k=***");
        }
    }

    private static String shownBody(UnaryOperator<Request> auth, String body) throws Exception {
        try (WirePeer service = new WirePeer((n, request) -> response("400 Bad Request", "", body));
                HttpConnection connection = HttpConnection.named("Service")
                        .baseUrl(service.url())
                        .auth(auth::apply)
                        .build()) {
            return catchThrowableOfType(StatusException.class, () -> connection.send(Request.get("/accounts/4711")))
                    .body();
        }
    }

    @Test
    void shortAndPublicPartsDoNotBlankOutTexts() throws Exception {
        String text =
                "Bearer, v1, sid, dark: unknown user app-user@example.com of realm api.example.com at /accounts/4711";

        assertThat(shownBody(request -> request.header("Authorization", "Bearer v1"), text))
                .isEqualTo(text);
        assertThat(shownBody(request -> request.header("Cookie", "sid=v1; theme=dark"), text))
                .isEqualTo(text);
        assertThat(shownBody(
                        request -> request.header(
                                "Authorization",
                                "Digest username=\"app-user@example.com\", realm=\"api.example.com\", uri=\"/accounts/4711\","
                                        + " algorithm=SHA-256, response=\"" + K + "\""),
                        text + K))
                .isEqualTo(text + "***");
    }

    @Test
    void secretWithoutPartsIsMaskedAsAWhole() throws Exception {
        assertThat(shownBody(request -> request.header("X-Key", Secret.of("a=b c")), "a=b c, a, b, c"))
                .isEqualTo("***, a, b, c");
    }

    @Test
    @Timeout(10)
    void longValueIsSplitInLinearTime() throws Exception {
        String value = "a ".repeat(3_000) + "b".repeat(20_000);

        assertThat(shownBody(request -> request.header("X-Key", Secret.of(value)), "text"))
                .isEqualTo("text");
    }
}
