package io.httpconnector.auth.oauth2;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.Origin.Reply;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The token store keeps which discovered authorization server the configured secrets belong to. */
@Timeout(30)
class SecretBindingTest {

    @TempDir
    Path directory;

    private final Origin service = new Origin();
    private final Origin server = new Origin();

    @BeforeEach
    void setUp() {
        service.on(
                "/api",
                request -> request.authorization().equals("Bearer a1")
                        ? Reply.json("{}")
                        : Reply.json(401, "{}")
                                .with("WWW-Authenticate", "Bearer resource_metadata=\"" + service.url("/meta") + "\""));
        service.on(
                "/meta",
                Reply.json("{\"resource\": \"" + service.url("/api") + "\", \"authorization_servers\": [\""
                        + server.url("") + "\"]}"));
        server.on(
                "/.well-known/oauth-authorization-server",
                Reply.json("{\"issuer\": \"" + server.url("") + "\", \"token_endpoint\": \"" + server.url("/token")
                        + "\"}"));
        server.on("/token", Reply.json("{\"access_token\": \"a1\"}"));
    }

    @AfterEach
    void tearDown() {
        service.close();
        server.close();
    }

    private HttpConnection connection(OAuth2Builder auth, TokenStore store) {
        return HttpConnection.named("Service")
                .baseUrl(service.url("/api"))
                .auth(auth.tokenStore(store).build())
                .retry(RetryPolicy.none())
                .build();
    }

    private static OAuth2Builder confidential() {
        return OAuth2.clientCredentials().client("id", Secret.of("secret"));
    }

    @Test
    void serverIsStoredOnceAndTheLeaseReleased() {
        List<String> held = new ArrayList<>();
        List<String> written = new ArrayList<>();
        TokenStore store = new ForwardingStore(TokenStore.inMemory()) {
            @Override
            public Lease lease(String key, Duration timeout) {
                Lease lease = super.lease(key, timeout);
                held.add(key);
                return () -> {
                    held.remove(key);
                    lease.close();
                };
            }

            @Override
            public void put(String key, Secret value, Duration needed) {
                written.add(key);
                super.put(key, value, needed);
            }
        };
        for (int i = 0; i < 2; i++) {
            try (HttpConnection connection = connection(confidential().discover(), store)) {
                connection.send(Request.get(""));
            }
        }
        assertThat(held).isEmpty();
        assertThat(written).filteredOn(key -> key.startsWith("issuer.")).hasSize(1);
        assertThat(server.received("/token")).hasSize(1);
    }

    @Test
    void nothingIsStoredWithoutSecrets() {
        List<String> written = new ArrayList<>();
        TokenStore store = new ForwardingStore(TokenStore.inMemory()) {
            @Override
            public void put(String key, Secret value, Duration needed) {
                written.add(key);
                super.put(key, value, needed);
            }
        };
        try (HttpConnection connection =
                connection(OAuth2.clientCredentials().publicClient("id").discover(), store)) {
            connection.send(Request.get(""));
        }
        try (HttpConnection connection = connection(confidential().tokenUrl(server.url("/token")), store)) {
            connection.send(Request.get(""));
        }
        assertThat(written).hasSize(2).noneMatch(key -> key.startsWith("issuer."));
    }

    @Test
    void storeInMemoryIsReportedIfTheServerOfASecretIsDiscovered() {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger(OAuth2.class);
        log.list = new CopyOnWriteArrayList<>(); // Other threads log, too.
        log.start();
        logger.addAppender(log);
        try {
            connection(confidential().discover(server.url("")), TokenStore.inMemory())
                    .close();
            connection(OAuth2.clientCredentials().publicClient("id").discover(), TokenStore.inMemory())
                    .close();
            connection(confidential().discover(), TokenStore.file(directory)).close();
            assertThat(log.list).isEmpty();

            connection(confidential().discover(), TokenStore.inMemory()).close();
        } finally {
            logger.detachAppender(log);
        }
        assertThat(log.list)
                .singleElement()
                .satisfies(line -> assertThat(line.getFormattedMessage())
                        .startsWith("\"Service\": the token store in memory is lost"));
    }
}
