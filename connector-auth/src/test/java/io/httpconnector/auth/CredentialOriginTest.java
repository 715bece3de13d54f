package io.httpconnector.auth;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.absent;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.temporaryRedirect;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.httpconnector.AuthStrategy;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidResponseException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.StatusException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.LoggerFactory;

/** Credentials are sent to the own origin only, and are masked in logs, exceptions and exchanges. */
class CredentialOriginTest {

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort().globalTemplating(true))
            .build();

    @RegisterExtension
    static WireMockExtension otherOrigin = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final List<Logger> loggers = Stream.of("io.httpconnector", "org.apache.hc")
            .map(name -> (Logger) LoggerFactory.getLogger(name))
            .toList();
    private HttpConnection connection;

    @BeforeEach
    void setUp() {
        log.list = new CopyOnWriteArrayList<>(); // Other threads log, too.
        log.start();
        for (Logger logger : loggers) {
            logger.addAppender(log);
            logger.setLevel(Level.TRACE);
        }
        otherOrigin.stubFor(any(anyUrl()).willReturn(okJson("{}")));
        connect(CustomAuth.bearer(Secret.of("t0ken \"quoted\""))
                .andQuery("api_key", Secret.of("k&y 1"))
                .andBodyField("pass", Secret.of("p4ss")));
    }

    private void connect(AuthStrategy auth) {
        connection = HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .header("X-Default", Secret.of("d3fault"))
                .header("X-Tenant", "acme")
                .auth(auth)
                .build();
    }

    @AfterEach
    void tearDown() {
        connection.close();
        for (Logger logger : loggers) {
            logger.detachAppender(log);
            logger.setLevel(null);
        }
    }

    private String visibleText(ConnectorException e) {
        StringWriter visible = new StringWriter();
        e.printStackTrace(new PrintWriter(visible, true));
        visible.append(String.valueOf(e.exchange().orElseThrow()));
        log.list.forEach(event -> visible.append(event.getFormattedMessage()).append('\n'));
        return visible.toString();
    }

    @Test
    void logsAndExceptionsShowNoSecretEvenWhenTheServiceEchoesThem() {
        service.stubFor(
                post(anyUrl())
                        .willReturn(
                                aResponse()
                                        .withStatus(400)
                                        .withHeader("X-Echo", "{{request.headers.Authorization}}")
                                        .withBody(
                                                "{{request.url}} {{request.headers.Authorization}} {{request.body}} t0ken \\\"quoted\\\"")));

        StatusException e = catchThrowableOfType(
                StatusException.class, () -> connection.send(Request.post("/x").json("{\"a\": 1}")));

        assertThat(visibleText(e))
                .doesNotContain("t0ken", "quoted", "k&y", "k%26y", "p4ss", "d3fault")
                .contains(
                        "/x?api_key=***", "X-Tenant: acme", "X-Default: ***", "Authorization: ***", "\"pass\":\"***\"");
        assertThat(e.body()).contains("/x?api_key=***").doesNotContain("t0ken");
        assertThat(e.headers().first("X-Echo")).hasValue("***");
    }

    @Test
    void longBodyIsTruncatedWithoutSplittingASecret() {
        String filler = "x".repeat(64 * 1024 - 5);
        service.stubFor(post(anyUrl())
                .willReturn(
                        aResponse().withStatus(500).withBody(filler + "{{request.headers.Authorization}}" + filler)));

        StatusException e = catchThrowableOfType(StatusException.class, () -> connection.send(Request.post("/x")));

        assertThat(e.body()).hasSizeLessThan(64 * 1024 + 10).endsWith("xxx***xx… (cut)");
    }

    @Test
    void secretInARedirectUrlIsMasked() {
        service.stubFor(get(urlPathEqualTo("/old")).willReturn(temporaryRedirect("/new?key={{request.query.key}}")));
        service.stubFor(get(urlPathEqualTo("/new"))
                .willReturn(aResponse().withStatus(500).withBody("failed: {{request.url}}")));

        StatusException e = catchThrowableOfType(
                StatusException.class, () -> connection.send(Request.get("/old").query("key", Secret.of("0wn-k3y"))));

        assertThat(visibleText(e)).doesNotContain("0wn-k3y").contains("/new?key=***");
        assertThat(e.body()).startsWith("failed: /new?key=***");
    }

    @Test
    void bodyThatAStrategyAddsIsMasked() {
        connect(request -> request.json("{\"token\": \"b0dy-t0ken\"}"));
        service.stubFor(post(anyUrl()).willReturn(aResponse().withStatus(500)));

        StatusException e = catchThrowableOfType(StatusException.class, () -> connection.send(Request.post("/x")));

        assertThat(visibleText(e)).doesNotContain("b0dy-t0ken");
        assertThat(e.exchange().orElseThrow().requestBody()).isEqualTo("***");
    }

    @Test
    void truncatedEchoesShowNoPartOfASecret() {
        for (int shift = 0; shift < 22; shift++) {
            service.stubFor(post(anyUrl())
                    .willReturn(aResponse()
                            .withStatus(500)
                            .withBody("€".repeat(shift) + "Bearer t0ken \"quoted\"\n".repeat(10_000))));

            StatusException e = catchThrowableOfType(StatusException.class, () -> connection.send(Request.post("/x")));

            assertThat(e.body()).doesNotContain("t0", "Bearer").endsWith("… (cut)");
        }
    }

    @Test
    void plainTextThatALambdaAddsIsMasked() {
        connect(request ->
                request.header("X-Sig", "deadbeef1234").query("u", "7").bodyField("otp", "9z8y7"));
        service.stubFor(post(anyUrl())
                .willReturn(aResponse().withStatus(500).withBody("bad deadbeef1234 for {{request.body}}")));

        StatusException e = catchThrowableOfType(StatusException.class, () -> connection.send(Request.post("/y")));

        assertThat(visibleText(e))
                .doesNotContain("deadbeef1234", "9z8y7", "u=7")
                .contains("X-Sig: ***", "/y?u=***", "otp=***");
    }

    @Test
    void requestToAnotherOriginHasNeitherCredentialsNorDefaults() {
        connection.send(Request.get(otherOrigin.baseUrl() + "/file"));

        otherOrigin.verify(getRequestedFor(urlEqualTo("/file"))
                .withHeader("Authorization", absent())
                .withHeader("X-Default", absent())
                .withHeader("X-Tenant", absent()));
    }

    @Test
    void absoluteUrlOfTheSameOriginHasCredentialsAndDefaults() {
        service.stubFor(get(anyUrl()).willReturn(okJson("{}")));

        connection.send(Request.get(service.baseUrl() + "/file"));

        service.verify(getRequestedFor(urlPathEqualTo("/file"))
                .withHeader("Authorization", equalTo("Bearer t0ken \"quoted\""))
                .withHeader("X-Default", equalTo("d3fault")));
    }

    @Test
    void redirectWithinTheOriginIsSignedAgain() {
        service.stubFor(get(urlPathEqualTo("/old")).willReturn(temporaryRedirect("/new?page=2")));
        service.stubFor(get(urlPathEqualTo("/new")).willReturn(okJson("{}")));

        connection.send(Request.get("/old"));

        service.verify(getRequestedFor(urlEqualTo("/new?page=2&api_key=k%26y%201"))
                .withHeader("Authorization", equalTo("Bearer t0ken \"quoted\"")));
    }

    @Test
    void redirectToAnotherOriginIsFollowedWithoutCredentials() {
        service.stubFor(get(anyUrl()).willReturn(temporaryRedirect(otherOrigin.baseUrl() + "/cdn")));

        connection.send(Request.get("/old").header("Cookie", "session=1").header("X-Own", Secret.of("0wn")));

        otherOrigin.verify(getRequestedFor(urlEqualTo("/cdn"))
                .withHeader("Authorization", absent())
                .withHeader("Cookie", absent())
                .withHeader("X-Own", absent())
                .withHeader("X-Default", absent()));
    }

    @Test
    void redirectBackToTheOriginHasNoCredentials() {
        service.stubFor(get(urlPathEqualTo("/old")).willReturn(temporaryRedirect(otherOrigin.baseUrl() + "/cdn")));
        service.stubFor(get(urlPathEqualTo("/delete-all")).willReturn(okJson("{}")));
        otherOrigin.stubFor(get("/cdn").willReturn(temporaryRedirect(service.baseUrl() + "/delete-all")));

        connection.send(Request.get("/old"));

        service.verify(getRequestedFor(urlEqualTo("/delete-all")).withHeader("Authorization", absent()));
    }

    @Test
    void redirectWithASecretToAnotherOriginIsRejected() {
        service.stubFor(get(urlPathEqualTo("/echo"))
                .willReturn(temporaryRedirect(otherOrigin.baseUrl() + "/?leak={{urlEncode request.query.api_key}}")));
        service.stubFor(post(urlPathEqualTo("/body"))
                .willReturn(aResponse().withStatus(307).withHeader("Location", otherOrigin.baseUrl() + "/")));

        assertThatThrownBy(() -> connection.send(Request.get("/echo"))).isInstanceOf(InvalidResponseException.class);
        assertThatThrownBy(() -> connection.send(Request.post("/body").bodyField("x", Secret.of("b0dy"))))
                .isInstanceOf(InvalidResponseException.class)
                .hasMessageContaining("another origin");
        assertThat(otherOrigin.getAllServeEvents()).isEmpty();
    }

    @Test
    void tokenWithinAHeaderSecretIsMaskedAndNotSentToAnotherOrigin() {
        connect(CustomAuth.header("Authorization", Secret.of("Bearer k3y-8d1f7c")));
        service.stubFor(get("/echo").willReturn(aResponse().withStatus(401).withBody("invalid token k3y-8d1f7c")));
        service.stubFor(get("/lead").willReturn(temporaryRedirect(otherOrigin.baseUrl() + "/k3y-8d1f7c")));

        StatusException e = catchThrowableOfType(StatusException.class, () -> connection.send(Request.get("/echo")));

        assertThat(visibleText(e)).doesNotContain("k3y-8d1f7c").contains("invalid token ***");
        assertThatThrownBy(() -> connection.send(Request.get("/lead"))).isInstanceOf(InvalidResponseException.class);
        assertThat(otherOrigin.getAllServeEvents()).isEmpty();
    }
}
