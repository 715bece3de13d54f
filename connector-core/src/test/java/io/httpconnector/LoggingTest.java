package io.httpconnector;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.serverError;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.LoggerFactory;

/** That no secret is logged is tested in connector-auth. */
class LoggingTest {

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(HttpConnection.class);
    private HttpConnection connection;

    @BeforeEach
    void listen() {
        log.start();
        logger.addAppender(log);
        connection = HttpConnection.named("Jira")
                .baseUrl(service.baseUrl())
                .retry(RetryPolicy.none())
                .build();
    }

    @AfterEach
    void hush() {
        connection.close();
        logger.detachAppender(log);
        logger.setLevel(null);
    }

    private List<String> lines() {
        return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Test
    void debugIsOneLineForEachExchange() {
        logger.setLevel(Level.DEBUG);
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));

        connection.send(Request.get("/a").named("Get\nA"));
        connection.send(Request.post("/b").json("{}"));

        assertThat(lines()).hasSize(2);
        assertThat(lines().get(0)).matches("\"Jira\": \"Get\\?A\": GET http://localhost:\\d+/a -> 200 \\(\\d+ ms\\)");
        assertThat(lines().get(1)).matches("\"Jira\": POST http://localhost:\\d+/b -> 200 \\(\\d+ ms\\)");
    }

    @Test
    void failedExchangeIsOneLineToo() {
        logger.setLevel(Level.DEBUG);
        service.stubFor(any(anyUrl()).willReturn(serverError()));

        assertThat(catchThrowable(() -> connection.send(Request.get("/a")))).isInstanceOf(StatusException.class);
        assertThat(catchThrowable(() -> connection.send(Request.get("http://no-such-host.invalid/"))))
                .isInstanceOf(CannotConnectException.class);

        assertThat(lines()).hasSize(2);
        assertThat(lines().get(0)).contains("/a -> 500");
        assertThat(lines().get(1)).contains("no-such-host.invalid is unknown");
    }

    @Test
    void traceShowsTheHeadersOfBothSides() {
        logger.setLevel(Level.TRACE);
        service.stubFor(any(anyUrl()).willReturn(okJson("{}").withHeader("X-Answer", "42")));

        connection.send(Request.get("/a").header("X-Question", "?"));

        assertThat(lines()).hasSize(3);
        assertThat(lines().get(1)).contains("sent\nX-Question: ?");
        assertThat(lines().get(2)).contains("received\n").contains("X-Answer: 42");
    }

    @Test
    void nothingIsLoggedAboveDebug() {
        logger.setLevel(Level.INFO);
        service.stubFor(any(anyUrl()).willReturn(serverError()));

        assertThat(catchThrowable(() -> connection.send(Request.get("/a")))).isInstanceOf(StatusException.class);

        assertThat(lines()).isEmpty();
    }
}
