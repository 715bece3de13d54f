package io.httpconnector.auth.oauth2;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import io.httpconnector.testing.VirtualTime;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Runs a grant from consent to rejection with all loggers enabled, with a server that echoes requests. */
@Timeout(30)
class TokenRedactionTest {

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort().globalTemplating(true))
            .build();

    /** Secrets in each token request and response of the test. */
    private static final String CANARY = "c4nary";

    private static final String ECHO = "{{request.headers.Authorization}} {{request.body}}";
    private static final Secret STORE_KEY = Secret.of(Base64.getEncoder().encodeToString(new byte[32]));

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final List<Logger> loggers = Stream.of("io.httpconnector", "org.apache.hc", "com.github.scribejava")
            .map(name -> (Logger) LoggerFactory.getLogger(name))
            .toList();
    private final VirtualTime clock = new VirtualTime();
    private final List<String> seen = new ArrayList<>();
    private final List<String> states = new ArrayList<>();

    @TempDir
    Path directory;

    private HttpConnection connection;
    private AuthorizationCodeFlow flow;

    @BeforeEach
    void setUp() {
        log.list = new CopyOnWriteArrayList<>(); // Other threads log, too.
        log.start();
        for (Logger logger : loggers) {
            logger.addAppender(log);
            logger.setLevel(Level.TRACE);
        }
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
        OAuth2 auth = OAuth2.authorizationCode()
                .authorizationUrl("https://login.example.com/authorize")
                .tokenUrl(service.url("/token"))
                .client("id", Secret.of(CANARY + "-client"))
                .provider(ProviderSettings.defaults().clientAuthentication(ClientAuthentication.BODY))
                .tokenParameter("assertion", Secret.of(CANARY + "-parameter"))
                .redirectUri("https://app.example.com/callback")
                .tokenStore(TokenStore.file(directory, STORE_KEY))
                .timeSource(clock)
                .build();
        connection = HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .auth(auth)
                .retry(RetryPolicy.none())
                .build();
        flow = AuthorizationCodeFlow.of(connection);
        seen.add(auth.toString());
    }

    @AfterEach
    void tearDown() {
        connection.close();
        for (Logger logger : loggers) {
            logger.detachAppender(log);
            logger.setLevel(null);
        }
    }

    private static void tokenResponse(ResponseDefinitionBuilder response) {
        service.stubFor(post("/token").willReturn(response));
    }

    private void consent() {
        String url = flow.start(CANARY + "-session").toString();
        String state = url.replaceAll(".*state=", "");
        states.add(state);
        seen.add(flow.finish("code=" + CANARY + "-code&state=" + state, CANARY + "-session")
                .toString());
    }

    private void fails(ThrowingCallable call) {
        Throwable failure = catchThrowable(call);
        assertThat(failure).isNotNull();
        StringWriter trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        seen.add(trace.toString());
    }

    @Test
    void noSecretIsInLogsExceptionsTextsThreadsOrFiles() throws IOException {
        String tokens = "{\"access_token\": \"" + CANARY + "-a\", \"refresh_token\": \"" + CANARY
                + "-r\", \"expires_in\": 60, \"id_token\": \"" + CANARY + "-i\"}";
        for (ResponseDefinitionBuilder bad : List.of(
                aResponse().withStatus(400).withBody("{\"error\": \"x\", \"error_description\": \"" + ECHO + "\"}"),
                okJson("{\"error\": \"x\", \"error_description\": \"" + ECHO + "\"}"),
                okJson("{\"access_token\": \"\", \"error\": \"" + ECHO + "\", \"x\": \"" + CANARY + "\"}"),
                aResponse().withStatus(500).withBody(ECHO),
                aResponse().withStatus(200).withBody("<html>" + CANARY + ECHO),
                aResponse().withStatus(200).withBody("{\"access_token\": \"" + CANARY + "\" " + ECHO),
                aResponse().withFault(Fault.MALFORMED_RESPONSE_CHUNK))) {
            tokenResponse(bad);
            fails(this::consent);
        }
        tokenResponse(okJson(tokens));
        consent();
        connection.send(Request.get("/orders"));
        clock.advance(Duration.ofMinutes(2));
        connection.send(Request.get("/orders"));
        clock.advance(Duration.ofMinutes(2));
        tokenResponse(aResponse()
                .withStatus(400)
                .withBody("{\"error\": \"invalid_grant\", \"error_description\": \"" + ECHO + "\"}"));
        fails(() -> connection.send(Request.get("/orders")));
        fails(() -> connection.send(Request.get("/orders")));
        seen.add(connection.toString() + connection.auth() + flow);

        synchronized (log) { // which is locked while another thread appends
            log.list.forEach(event -> seen.add(event.getFormattedMessage()));
        }
        Thread.getAllStackTraces().keySet().forEach(thread -> seen.add(thread.getName()));
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                seen.add(file.getFileName() + Files.readString(file));
            }
        }
        assertThat(log.list).hasSizeGreaterThan(20);
        Set<String> secrets = new HashSet<>(states);
        secrets.add(CANARY);
        service.findAll(postRequestedFor(urlEqualTo("/token")))
                .forEach(request -> Pattern.compile("code_verifier=([^&]+)")
                        .matcher(request.getBodyAsString())
                        .results()
                        .forEach(verifier -> secrets.add(verifier.group(1))));
        assertThat(secrets).hasSize(1 + 8 + 8);
        assertThat(seen).allSatisfy(text -> assertThat(text).doesNotContain(secrets));
    }
}
