package io.httpconnector.auth.oauth2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.HttpConnection;
import io.httpconnector.RetryPolicy;
import io.httpconnector.StatusException;
import io.httpconnector.auth.oauth2.Origin.Reply;
import io.httpconnector.testing.VirtualTime;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Temporary failures while the device flow polls: RFC 8628, section 3.5. */
@Timeout(30)
class DeviceFlowTest {

    private final Origin server = new Origin();
    private final VirtualTime clock = new VirtualTime();

    @BeforeEach
    void setUp() {
        server.on("/device", Reply.json("""
                {"device_code": "device-1", "user_code": "U", "verification_uri": "https://x.example.com",
                 "expires_in": 1200, "interval": 5}"""));
    }

    @AfterEach
    void tearDown() {
        server.close();
    }

    private TokenSet authorize(String tokenUrl) {
        try (HttpConnection connection = HttpConnection.named("TV")
                .baseUrl(server.url("/api"))
                .auth(OAuth2.deviceCode()
                        .deviceAuthorizationUrl(server.url("/device"))
                        .tokenUrl(tokenUrl)
                        .publicClient("tv")
                        .timeSource(clock)
                        .build())
                .retry(RetryPolicy.none())
                .build()) {
            return DeviceFlow.of(connection).authorize(prompt -> {});
        }
    }

    private void respond(Reply... replies) {
        AtomicInteger polls = new AtomicInteger();
        List<Reply> all = List.of(replies);
        server.on("/token", request -> all.get(Math.min(polls.getAndIncrement(), all.size() - 1)));
    }

    @Test
    void temporaryFailuresDoNotEndTheFlow() {
        respond(
                Reply.json(503, "{}"),
                Reply.json(500, "{\"error\": \"server_error\"}"),
                Reply.json(400, "{\"error\": \"authorization_pending\"}"),
                Reply.json(429, "{}"),
                Reply.json(408, "{}"),
                Reply.json(429, "<html>").with("Retry-After", "3"),
                Reply.json(400, "{\"error\": \"slow_down\"}"),
                Reply.json(400, "{\"error\": \"temporarily_unavailable\"}"),
                Reply.json("{\"access_token\": \"t\"}"));
        assertThat(authorize(server.url("/token")).accessToken().reveal()).isEqualTo("t");
        assertThat(server.received("/token")).hasSize(9);
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 503})
    void retryAfterIsKept(int status) {
        respond(Reply.json(status, "{}").with("Retry-After", "300"), Reply.json("{\"access_token\": \"t\"}"));
        Instant start = clock.now();
        authorize(server.url("/token"));
        assertThat(Duration.between(start, clock.now())).isEqualTo(Duration.ofSeconds(5 + 300));
    }

    @Test
    void backoffIsAtMostAMinute() {
        Reply[] replies = new Reply[12];
        java.util.Arrays.fill(replies, Reply.json(503, "{}"));
        replies[11] = Reply.json("{\"access_token\": \"t\"}");
        respond(replies);
        Instant start = clock.now();
        authorize(server.url("/token"));
        assertThat(Duration.between(start, clock.now())).isEqualTo(Duration.ofSeconds(5 + 10 + 20 + 40 + 8 * 60));
    }

    @Test
    void unreachableServerEndsTheFlowWhenTheCodeExpires() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        assertThatThrownBy(() -> authorize("http://127.0.0.1:" + port + "/token"))
                .isInstanceOf(AuthorizationRequiredException.class)
                .hasMessageContaining("the code has expired");
    }

    @Test
    void otherFailureEndsTheFlow() {
        respond(Reply.json(404, "{}"));
        assertThatThrownBy(() -> authorize(server.url("/token"))).isInstanceOf(StatusException.class);
        assertThat(server.received("/token")).hasSize(1);
    }
}
