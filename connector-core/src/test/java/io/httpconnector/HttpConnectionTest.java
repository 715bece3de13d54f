package io.httpconnector;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class HttpConnectionTest {

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private HttpConnection connection;

    @BeforeEach
    void connect() {
        connection = HttpConnection.named("Service")
                .baseUrl(service.baseUrl() + "/api")
                .header("X-Tenant", "acme")
                .query("version", "3")
                .build();
    }

    @AfterEach
    void close() {
        connection.close();
    }

    @Test
    void sendsBelowTheBaseUrlWithDefaultsAndReadsJson() {
        service.stubFor(get(anyUrl()).willReturn(okJson("{\"id\": 12345678901234567890, \"price\": 1.10}")));

        Response response = connection.send(Request.get("/venues?sort=name").query("q", "a&b=c d/é"));

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.json().at("/id").asText()).isEqualTo("12345678901234567890");
        assertThat(response.json().at("/price").asText()).isEqualTo("1.10");
        assertThat(response.elapsed()).isPositive();
        service.verify(getRequestedFor(urlEqualTo("/api/venues?sort=name&q=a%26b%3Dc%20d%2F%C3%A9&version=3"))
                .withHeader("X-Tenant", equalTo("acme")));
    }

    @Test
    void requestOverridesTheDefaultsOfTheConnection() {
        service.stubFor(get(anyUrl()).willReturn(okJson("{}")));

        connection.send(Request.get("/venues").query("version", "4").header("x-tenant", "other"));

        service.verify(getRequestedFor(urlEqualTo("/api/venues?version=4")).withHeader("X-Tenant", equalTo("other")));
    }

    @Test
    void sendsJsonAndForms() {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));

        connection.send(Request.post("/json").json(Map.of("name", "Café")));
        connection.send(Request.post("/form").bodyField("a b", "1&2").bodyField("c", "é"));

        service.verify(postRequestedFor(urlEqualTo("/api/json?version=3"))
                .withHeader("Content-Type", equalTo("application/json"))
                .withRequestBody(equalToJson("{\"name\": \"Café\"}")));
        service.verify(postRequestedFor(urlEqualTo("/api/form?version=3"))
                .withHeader("Content-Type", equalTo("application/x-www-form-urlencoded"))
                .withRequestBody(equalTo("a%20b=1%262&c=%C3%A9")));
    }

    @Test
    void readsJsonIntoARecordAndTextInItsCharset() {
        record Venue(String name, List<String> tags) {}
        service.stubFor(
                get("/api/json?version=3").willReturn(okJson("{\"name\": \"Hall\", \"tags\": [\"a\"], \"more\": 1}")));
        service.stubFor(get("/api/text?version=3")
                .willReturn(aResponse()
                        .withHeader("Content-Type", "text/plain; charset=ISO-8859-1")
                        .withBody("Café".getBytes(StandardCharsets.ISO_8859_1))));

        assertThat(connection.send(Request.get("/json")).json(Venue.class)).isEqualTo(new Venue("Hall", List.of("a")));
        assertThat(connection.send(Request.get("/text")).text()).isEqualTo("Café");
    }

    @Test
    void statusThatIsNotAcceptedIsAnExceptionWithWhatTheServiceSaid() {
        service.stubFor(any(anyUrl())
                .willReturn(aResponse()
                        .withStatus(400)
                        .withHeader("X-Reason", "country")
                        .withBody("{\"error_description\": \"country is not a valid code\"}")));

        StatusException e = catchThrowableOfType(
                StatusException.class,
                () -> connection.send(
                        Request.post("/venues").named("Create venue").json(Map.of("country", "USA"))));

        assertThat(e.status()).isEqualTo(400);
        assertThat(e.headers().first("x-reason")).hasValue("country");
        assertThat(e.json().at("/error_description").asText()).isEqualTo("country is not a valid code");
        assertThat(e)
                .hasMessageContaining("\"Create venue\": POST " + service.baseUrl() + "/api/venues?version=3 -> 400")
                .hasMessageContaining("country is not a valid code");
        Exchange exchange = e.exchange().orElseThrow();
        assertThat(exchange.requestBody()).isEqualTo("{\"country\":\"USA\"}");
        assertThat(exchange.status()).hasValue(400);
    }

    @Test
    void acceptedStatusIsAnAnswer() {
        service.stubFor(get(anyUrl()).willReturn(aResponse().withStatus(404)));

        assertThat(connection.send(Request.get("/none").acceptStatus(404)).status())
                .isEqualTo(404);
        assertThat(connection.send(Request.get("/none").acceptAnyStatus()).status())
                .isEqualTo(404);
        assertThatThrownBy(() -> connection.send(Request.get("/none").acceptStatus(410)))
                .isInstanceOf(StatusException.class);
    }

    @Test
    void answerThatIsNotJsonSaysWhereAndShowsTheExchange() {
        service.stubFor(get(anyUrl()).willReturn(okJson("{\"a\": nope}")));

        assertThatThrownBy(() -> connection.send(Request.get("/broken")).json())
                .isInstanceOf(InvalidResponseException.class)
                .hasMessageContaining("/api/broken?version=3 -> 200")
                // Jackson before 2.18 tells the end of the word.
                .message()
                .containsPattern("line 1, column (7|12):");
    }

    @Test
    void closedConnectionRefusesToSend() {
        connection.close();
        connection.close();

        assertThatThrownBy(() -> connection.send(Request.get("/")))
                .isExactlyInstanceOf(ConnectorException.class)
                .hasMessage("Connection \"Service\" is closed");
    }

    @Test
    void testOfAClosedConnectionHasAnOutcome() {
        HttpConnection closed = HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .test(Request.get("/"))
                .build();
        closed.close();

        assertThat(closed.test().outcome()).isEqualTo(ConnectionTestResult.Outcome.OTHER_FAILURE);
        assertThat(closed.test().message()).isEqualTo("Connection \"Service\" is closed");
    }

    @Test
    void manyThreadsShareOneConnection() throws Exception {
        service.stubFor(get(anyUrl()).willReturn(okJson("{}").withFixedDelay(5)));

        List<Thread> threads = IntStream.range(0, 8)
                .mapToObj(i -> new Thread(() -> {
                    for (int n = 0; n < 25; n++) {
                        connection.send(Request.get("/t/" + i + "/" + n));
                    }
                }))
                .toList();
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join(Duration.ofSeconds(30).toMillis());
        }

        service.verify(200, getRequestedFor(urlPathMatching("/api/t/.*")));
    }

    @Test
    void answerWithoutBodyIsEmptyInEveryForm() {
        service.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(204)));

        Response response = connection.send(Request.delete("/venues/1"));

        assertThat(response.bytes()).isEmpty();
        assertThat(response.text()).isEmpty();
        assertThat(response.json().isMissingNode()).isTrue();
        assertThat(response.headers().all("X-None")).isEmpty();
        assertThatThrownBy(() -> response.json(Map.class)).isInstanceOf(InvalidResponseException.class);
    }

    @Test
    void repeatedHeadersAreKeptInTheirOrder() {
        service.stubFor(any(anyUrl())
                .willReturn(aResponse().withHeader("Link", "<a>", "<b>").withHeader("X-One", "1")));

        Headers headers = connection.send(Request.get("/")).headers();

        assertThat(headers.all("link")).containsExactly("<a>", "<b>");
        assertThat(headers.first("LINK")).hasValue("<a>");
        assertThat(headers.names()).contains("link", "x-one");
    }

    @Test
    void sendsNoHeaderThatNobodyAskedFor() {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));

        connection.send(Request.get("/plain"));

        assertThat(service.getAllServeEvents().get(0).getRequest().getHeaders().keys())
                .containsExactlyInAnyOrder("Host", "Connection", "User-Agent", "Accept-Encoding", "X-Tenant");
    }

    @Test
    void keepsNoCookies() {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}").withHeader("Set-Cookie", "session=1")));

        connection.send(Request.get("/a"));
        connection.send(Request.get("/b"));

        service.verify(getRequestedFor(urlEqualTo("/api/b?version=3")).withoutHeader("Cookie"));
    }
}
