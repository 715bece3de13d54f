package io.httpconnector;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.internal.transport.DependencyCheck;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LibrariesTest {

    /** Finds libraries that say to be of these versions. */
    private static final class Claiming extends ClassLoader {

        private final Map<String, String> claims;

        Claiming(String client, String core) {
            super(LibrariesTest.class.getClassLoader());
            this.claims = Map.of(
                    "org/apache/hc/client5/version.properties", client, "org/apache/hc/core5/version.properties", core);
        }

        @Override
        public @Nullable InputStream getResourceAsStream(String name) {
            String version = claims.get(name);
            return version == null
                    ? super.getResourceAsStream(name)
                    : new ByteArrayInputStream(("info.release = " + version).getBytes(UTF_8));
        }
    }

    @ParameterizedTest
    @CsvSource({"5.3.1,5.3", "5.1,5.3.6", "4.5,5.4", "5.4.4,5.2.4"})
    void anOlderHttpClientIsRefusedWithWhatToDo(String client, String core) {
        assertThatThrownBy(() -> DependencyCheck.check(new Claiming(client, core)))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("is needed")
                .hasMessageContaining("httpclient5.version");
    }

    @ParameterizedTest
    @CsvSource({"5.4,5.3", "5.6.5,5.4.4", "5.10-beta1,5.11", "6.0,6.0", "${unknown},UNAVAILABLE"})
    void othersAreNot(String client, String core) {
        assertThatCode(() -> DependencyCheck.check(new Claiming(client, core))).doesNotThrowAnyException();
    }

    @Test
    void bothAreNamed() {
        assertThatThrownBy(() -> DependencyCheck.check(new Claiming("5.3.1", "5.2.5")))
                .hasMessageContaining("Apache HttpClient is 5.3.1, at least 5.4 is needed")
                .hasMessageContaining("Apache HttpCore is 5.2.5, at least 5.3 is needed");
    }
}
