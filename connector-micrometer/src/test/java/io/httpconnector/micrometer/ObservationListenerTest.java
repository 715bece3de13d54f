package io.httpconnector.micrometer;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import io.httpconnector.StatusException;
import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.RequestReplySenderContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ObservationListenerTest {

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private final ObservationRegistry registry = ObservationRegistry.create();
    private final List<Observation.Context> stopped = new ArrayList<>();
    private final List<String> events = new ArrayList<>();

    /** As a tracer does: sends the trace along. */
    private final class Tracer implements ObservationHandler<RequestReplySenderContext<Object, Object>> {
        @Override
        public void onStart(RequestReplySenderContext<Object, Object> context) {
            context.getSetter().set(context.getCarrier(), "traceparent", "00-abc-def-01");
        }

        @Override
        public void onEvent(Observation.Event event, RequestReplySenderContext<Object, Object> context) {
            events.add(event.getContextualName());
        }

        @Override
        public void onStop(RequestReplySenderContext<Object, Object> context) {
            stopped.add(context);
        }

        @Override
        public boolean supportsContext(Observation.Context context) {
            return context instanceof RequestReplySenderContext;
        }
    }

    @BeforeEach
    void observe() {
        registry.observationConfig().observationHandler(new Tracer());
    }

    private HttpConnection connection() {
        return HttpConnection.named("Jira")
                .baseUrl(service.baseUrl())
                .retry(RetryPolicy.maxAttempts(2).backoff(Duration.ofMillis(1), Duration.ofMillis(1)))
                .listener(ObservationListener.of(registry))
                .build();
    }

    private String tag(String key) {
        KeyValue low = stopped.get(0).getLowCardinalityKeyValue(key);
        KeyValue high = stopped.get(0).getHighCardinalityKeyValue(key);
        return low != null ? low.getValue() : high == null ? null : high.getValue();
    }

    @Test
    void hostMayHaveAnUnderscore() {
        try (HttpConnection connection = HttpConnection.named("Service")
                .baseUrl("http://no_such_host.invalid:8123")
                .retry(RetryPolicy.none())
                .listener(ObservationListener.of(registry))
                .build()) {
            assertThatThrownBy(() -> connection.send(Request.get("/"))).isInstanceOf(ConnectorException.class);
        }

        assertThat(tag("server.address")).isEqualTo("no_such_host.invalid");
        assertThat(tag("server.port")).isEqualTo("8123");
    }

    @Test
    void callIsAnObservationWithTheTagsOfTheConventions() {
        service.stubFor(any(urlPathEqualTo("/issue"))
                .inScenario("observed")
                .whenScenarioStateIs(Scenario.STARTED)
                .willReturn(aResponse().withStatus(503))
                .willSetStateTo("up"));
        service.stubFor(
                any(anyUrl()).inScenario("observed").whenScenarioStateIs("up").willReturn(okJson("{}")));
        try (HttpConnection jira = connection()) {
            jira.send(Request.get("/issue").named("Read issue").query("key", Secret.of("canary")));
        }

        assertThat(stopped).singleElement().satisfies(context -> {
            assertThat(context.getName()).isEqualTo("http.client.request.duration");
            assertThat(context.getContextualName()).isEqualTo("Read issue");
            assertThat(context.getError()).isNull();
        });
        assertThat(tag("http.request.method")).isEqualTo("GET");
        assertThat(tag("http.response.status_code")).isEqualTo("200");
        assertThat(tag("error.type")).isEqualTo("none");
        assertThat(tag("server.address")).isEqualTo("localhost");
        assertThat(tag("server.port")).isEqualTo(String.valueOf(service.getPort()));
        assertThat(tag("url.scheme")).isEqualTo("http");
        assertThat(tag("connection")).isEqualTo("Jira");
        assertThat(tag("url.full")).isEqualTo(service.baseUrl() + "/issue?key=***");
        assertThat(tag("http.request.resend_count")).isEqualTo("1");
        assertThat(events).singleElement().asString().contains("-> 503 in").contains(", again in 0 ms");
        assertThat(service.findAll(anyRequestedFor(anyUrl())))
                .hasSize(2)
                .allMatch(request -> request.getHeader("traceparent").equals("00-abc-def-01"));
    }

    @Test
    void failureHasItsType() {
        service.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(404)));
        try (HttpConnection jira = connection()) {
            assertThatThrownBy(() -> jira.send(Request.get("/"))).isInstanceOf(StatusException.class);
        }

        assertThat(tag("error.type")).isEqualTo("404");
        assertThat(tag("http.response.status_code")).isEqualTo("404");
        assertThat(stopped.get(0).getError()).isInstanceOf(StatusException.class);
        assertThat(stopped.get(0).getContextualName()).isEqualTo("GET");
    }

    @Test
    void failureWithoutAnAnswerHasTheTypeOfTheException() {
        try (HttpConnection nobody = HttpConnection.named("Nobody")
                .baseUrl("http://localhost:1")
                .retry(RetryPolicy.none())
                .listener(ObservationListener.of(registry))
                .build()) {
            assertThatThrownBy(() -> nobody.send(Request.get("/"))).isNotNull();
        }

        assertThat(tag("error.type")).isEqualTo("CannotConnectException");
        assertThat(tag("http.response.status_code")).isEqualTo("none");
    }

    @Test
    void registryIsNeeded() {
        assertThatThrownBy(() -> ObservationListener.of(null)).hasMessageContaining("the registry is null");
    }
}
