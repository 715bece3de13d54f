package io.httpconnector.auth.oauth2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.httpconnector.CannotConnectException;
import io.httpconnector.ConnectionTestResult;
import io.httpconnector.HttpConnection;
import io.httpconnector.Proxy;
import io.httpconnector.Request;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The response of a proxy to CONNECT is not a response of the token endpoint. */
@Timeout(30)
class TokenRequestProxyTest {

    private final List<String> received = new CopyOnWriteArrayList<>();

    private void serve(ServerSocket server, String response) {
        Thread thread = new Thread(() -> {
            while (!server.isClosed()) {
                try (Socket socket = server.accept()) {
                    byte[] request = new byte[4096];
                    int length = socket.getInputStream().read(request);
                    received.add(new String(request, 0, Math.max(0, length), StandardCharsets.ISO_8859_1));
                    socket.getOutputStream().write(response.getBytes(StandardCharsets.ISO_8859_1));
                } catch (IOException e) {
                    // The client or the test has closed it.
                }
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "400 Bad|{\"error\":\"invalid_grant\"}",
                "401 No|{\"error\":\"invalid_client\"}",
                "200 OK|{\"access_token\":\"forged\",\"token_type\":\"Bearer\",\"expires_in\":3600}",
                "201 Created|{\"access_token\":\"forged\",\"token_type\":\"Bearer\",\"expires_in\":3600}",
                "407 Who|{\"error\":\"invalid_grant\"}",
                "503 Later|{\"error\":\"temporarily_unavailable\"}"
            })
    void proxyResponseDoesNotEndTheConsent(String statusAndBody) throws IOException {
        String body = statusAndBody.substring(statusAndBody.indexOf('|') + 1);
        String response = "HTTP/1.1 " + statusAndBody.substring(0, statusAndBody.indexOf('|'))
                + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
        TokenStore store = TokenStore.inMemory();
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                HttpConnection connection = HttpConnection.named("Service")
                        .baseUrl("https://api.example.com")
                        .proxy(Proxy.http("localhost", server.getLocalPort()))
                        .auth(OAuth2.refreshToken(Secret.of("r0-secret"))
                                .tokenUrl("https://auth.example.com/token")
                                .client("id", Secret.of("s3cret"))
                                .tokenStore(store)
                                .build())
                        .retry(RetryPolicy.none())
                        .test(Request.get("/"))
                        .build()) {
            serve(server, response);

            for (int i = 1; i <= 2; i++) {
                int before = received.size();
                CannotConnectException failure =
                        catchThrowableOfType(CannotConnectException.class, () -> connection.send(Request.get("/")));
                assertThat(failure.reason()).isEqualTo(CannotConnectException.Reason.PROXY);
                assertThat(failure.needsAuthorization()).isFalse();
                // The consent stays valid: the request is repeated.
                assertThat(received.size()).isGreaterThan(before);
            }
            assertThat(connection.test().outcome()).isEqualTo(ConnectionTestResult.Outcome.PROXY);
        }
        assertThat(received)
                .allSatisfy(request -> assertThat(request)
                        .startsWith("CONNECT auth.example.com:443 ")
                        .doesNotContain("r0-secret", "s3cret", "forged"));
    }
}
