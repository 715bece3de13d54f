package io.httpconnector.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.Pills;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import org.junit.jupiter.api.Test;

/** The member {@code transport} of a connection. */
class TransportOptionTest {

    private static ConnectorDefinition document(String options) {
        return ConnectorDefinition.parse("""
                connector: 1
                id: shop
                version: 1.0.0
                title: Shop
                connection: {baseUrl: "http://localhost", OPTIONS}
                requests:
                  list: {method: GET, url: /list}
                """.replace("OPTIONS", options));
    }

    @Test
    void requestIsSentWithTheTransport() {
        try (MockService service = MockService.start()) {
            service.on("GET", "/list", MockResponse.json("[]"));
            ConnectorDefinition definition = ConnectorDefinition.parse(
                    document("transport: http2").toJson().toString().replace("http://localhost", service.baseUrl()));
            assertThat(definition.toJson().at("/connection/transport").asText()).isEqualTo("http2");
            assertThat(document("transport: http1")
                            .toJson()
                            .at("/connection/transport")
                            .isMissingNode())
                    .isTrue();
            try (Connector connector = definition.connect(ConnectorContext.forTenant("acme")
                    .state(StateStore.inMemory())
                    .build())) {
                assertThat(connector.request("list").send(Pills.none()).text()).isEqualTo("[]");
                assertThat(service.requests().get(0).headers()).containsEntry("user-agent", "http-connector");
            }
        }
    }

    @Test
    void optionsThatTheTransportDoesNotHaveAreReportedWithTheirPlaces() {
        assertThatThrownBy(() -> document("transport: http2, destinations: {base: publicInternet}, unixSocket: /s"))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining(
                        "/connection/destinations (line 5, column 61): not possible with the transport http2")
                .hasMessageContaining(
                        "/connection/unixSocket (line 5, column 111): not possible with the transport http2");
        assertThatThrownBy(() -> document("transport: http2, proxy: {type: socks5, host: h, port: 1080}"))
                .hasMessageContaining("): socks5 is not possible with the transport http2");
        assertThatThrownBy(() -> document("transport: http3"))
                .hasMessageContaining("/connection/transport")
                .hasMessageContaining("\"http3\" is unknown; did you mean \"http1\"?");
    }
}
