package io.httpconnector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.TokenEncryption;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.state.StateLog;
import io.httpconnector.testing.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Null arguments are rejected with a message. */
class NullTest {

    @TempDir
    Path directory;

    @Test
    void nullIsRejectedWithAMessageAndChangesNothing() throws Exception {
        try (HikariDataSource source = Databases.H2.open(directory);
                ClusteredPolling polling = polling(source)) {
            TokenStore tokens = JdbcTokenStore.of(source);
            StateLog log = JdbcStateStore.of(source).open("leads");
            log.read(entry -> {});
            log.append(new byte[] {1});
            List<ThrowingCallable> calls = List.of(
                    () -> JdbcSchema.create(null),
                    () -> JdbcSchema.create(source, null),
                    () -> JdbcStateStore.of(null),
                    () -> JdbcStateStore.of(source, null),
                    () -> JdbcStateStore.of(source).open(null),
                    () -> JdbcTokenStore.of(null),
                    () -> JdbcTokenStore.of(source, null, null),
                    () -> TokenEncryption.aesGcm(null),
                    () -> JdbcInbox.of(null),
                    () -> JdbcInbox.of(source, null),
                    () -> JdbcInbox.of(source).heartbeat(null, 5),
                    () -> JdbcInbox.of(source).maxEvents(0),
                    () -> ExactlyOnce.in(null),
                    () -> ExactlyOnce.in(source, null),
                    () -> ExactlyOnce.in(source).rememberFor(null),
                    () -> ExactlyOnce.in(source).events(null),
                    () -> ExactlyOnce.in(source).batches(null),
                    () -> ExactlyOnce.in(source).webhooks(null),
                    () -> ClusteredPolling.on(null).start((id, definition) -> null),
                    () -> ClusteredPolling.on(source).prefix(null).start((id, definition) -> null),
                    () -> ClusteredPolling.on(source).heartbeat(null, 5),
                    () -> ClusteredPolling.on(source).start(null),
                    () -> polling.put(null, JsonSupport.parse("{}")),
                    () -> polling.put("t", null),
                    () -> polling.put("t", JsonSupport.parse("{}")),
                    () -> polling.pause(null),
                    () -> polling.resume(null),
                    () -> polling.remove(null),
                    () -> polling.with(null, PollingTrigger::deadLetters),
                    () -> polling.with("t", null),
                    () -> tokens.get(null),
                    () -> tokens.put(null, Secret.of("1"), null),
                    () -> tokens.put("a", null, null),
                    () -> tokens.remove(null),
                    () -> tokens.lease(null, Duration.ofSeconds(1)),
                    () -> tokens.lease("a", null),
                    () -> log.read(null),
                    () -> log.append(null),
                    () -> log.replace(null),
                    () -> log.replace(Arrays.asList(new byte[] {2}, null)));

            for (ThrowingCallable call : calls) {
                assertThatThrownBy(call).isInstanceOf(InvalidDefinitionException.class);
            }
            log.append(new byte[] {3});
            int[] sum = {0};
            log.read(entry -> sum[0] += entry[0]);
            assertThat(sum[0]).isEqualTo(4);
            assertThat(tokens.get("a")).isEmpty();
            Await.until(() -> source.getHikariPoolMXBean().getActiveConnections() == 0);
        }
    }

    /** Returns no trigger. */
    private static ClusteredPolling polling(HikariDataSource source) {
        JdbcSchema.create(source);
        return ClusteredPolling.on(source).start((id, definition) -> null);
    }
}
