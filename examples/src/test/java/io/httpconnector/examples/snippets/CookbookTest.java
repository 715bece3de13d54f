package io.httpconnector.examples.snippets;

import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import io.httpconnector.auth.CustomAuth;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The code of {@code docs/cookbook.md} that needs libraries for tests. */
class CookbookTest {

    @Test
    void createsVenue() {
        WireMockServer server = new WireMockServer(options().dynamicPort());
        server.start();
        server.stubFor(post("/v3/venues/").willReturn(okJson("{\"id\": \"4711\"}")));

        try (HttpConnection eventbrite = HttpConnection.named("Eventbrite")
                .baseUrl(server.baseUrl())
                .auth(CustomAuth.bearer(Secret.of("token-for-tests")))
                .retry(RetryPolicy.none())
                .build()) {
            assertThat(eventbrite
                            .send(Request.post("/v3/venues/").json(Map.of("name", "Acme")))
                            .json()
                            .at("/id")
                            .asText())
                    .isEqualTo("4711");
        } finally {
            server.stop();
        }
    }
}
