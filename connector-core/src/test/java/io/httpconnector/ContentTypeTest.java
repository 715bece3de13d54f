package io.httpconnector;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The {@code Content-Type} that is sent describes the body. */
@Timeout(30)
class ContentTypeTest {

    private static final String FORM = "application/x-www-form-urlencoded";

    /** Sends a POST and returns its {@code Content-Type} fields. */
    private static List<String> sent(@Nullable String byDefault, UnaryOperator<Request> change) throws Exception {
        try (WirePeer peer = new WirePeer((number, request) -> "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) {
            HttpConnectionBuilder builder = HttpConnection.named("Service").baseUrl(peer.url());
            if (byDefault != null) {
                builder.header("content-type", byDefault);
            }
            try (HttpConnection connection = builder.build()) {
                connection.send(change.apply(Request.post("/")));
            }
            return peer.requests()
                    .get(0)
                    .lines()
                    .takeWhile(line -> !line.isEmpty())
                    .filter(line -> line.toLowerCase(java.util.Locale.ROOT).startsWith("content-type:"))
                    .map(line -> line.substring("content-type:".length()).strip())
                    .toList();
        }
    }

    static Stream<Arguments> bodies() {
        Body form = Body.form().field("a", "b");
        return Stream.of(
                Arguments.of(form, FORM, "application/json", FORM),
                Arguments.of(form, FORM, FORM + "; charset=utf-8", FORM + "; charset=utf-8"),
                Arguments.of(form.gzip(), FORM, "text/plain", FORM),
                Arguments.of(Body.json("{}"), "application/json", "application/xml", "application/xml"),
                Arguments.of(Body.json("{}").gzip(), "application/json", "a/b", "a/b"),
                Arguments.of(
                        Body.xml("<a/>"),
                        "application/xml; charset=utf-8",
                        "application/soap+xml",
                        "application/soap+xml"),
                Arguments.of(Body.text("a", "text/csv"), "text/csv", "text/plain", "text/plain"));
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void fieldOfTheRequestDoesNotRelabelAForm(Body body, String own, String field, String expected) throws Exception {
        assertThat(sent(null, request -> request.body(body))).containsExactly(own);
        assertThat(sent(null, request -> request.body(body).header("Content-Type", field)))
                .containsExactly(expected);
        assertThat(sent(null, request -> request.header("CONTENT-TYPE", field).body(body)))
                .containsExactly(expected);
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void defaultIsForNoBodyThatHasAType(Body body, String own) throws Exception {
        assertThat(sent("text/plain; charset=iso-8859-1", request -> request.body(body)))
                .containsExactly(own);
        assertThat(sent("application/vnd.api+json", request -> request.body(body)))
                .containsExactly(own.equals("application/json") ? "application/vnd.api+json" : own);
    }

    @Test
    void noDefaultIsSentWithoutABody() throws Exception {
        assertThat(sent("application/json", request -> request)).isEmpty();
        assertThat(sent("application/json", request -> request.header("Content-Type", "text/plain")))
                .containsExactly("text/plain");
    }

    @Test
    void multipartFormKeepsItsBoundary() throws Exception {
        Body body = Body.multipart().field("a", "b");
        String own = body.contentType();
        String boundary = own.substring(own.indexOf("boundary="));

        for (String other : List.of("application/json", "multipart/form-data", "multipart/form-data; boundary=other")) {
            assertThat(sent(other, request -> request.body(body))).containsExactly(own);
            assertThat(sent(null, request -> request.body(body).header("Content-Type", other)))
                    .containsExactly(own);
        }
        assertThat(sent(null, request -> request.body(body).header("Content-Type", "multipart/related; type=\"a/b\"")))
                .containsExactly("multipart/related; type=\"a/b\"; " + boundary);
        assertThat(sent(null, request -> request.body(body).header("Content-Type", "Multipart/Mixed; Boundary=x")))
                .containsExactly("Multipart/Mixed; " + boundary);
    }

    @Test
    void fieldsThatAStrategyAddsAreAForm() throws Exception {
        try (WirePeer peer = new WirePeer((number, request) -> "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                HttpConnection connection = HttpConnection.named("Service")
                        .baseUrl(peer.url())
                        .header("Content-Type", "application/json")
                        .auth(request -> request.bodyField("key", Secret.of("k3y")))
                        .build()) {
            connection.send(Request.post("/"));

            assertThat(peer.received()).contains("Content-Type: " + FORM + "\r\n");
        }
    }
}
