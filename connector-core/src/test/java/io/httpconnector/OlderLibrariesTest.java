package io.httpconnector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.cfg.PackageVersion;
import java.nio.file.Path;
import org.apache.hc.core5.util.VersionInfo;
import org.junit.jupiter.api.Test;

/** Runs only where the class path has the oldest libraries that the README permits; with them, all other tests do too. */
class OlderLibrariesTest {

    private static String version(String library) {
        return VersionInfo.loadVersionInfo(library, OlderLibrariesTest.class.getClassLoader())
                .getRelease();
    }

    @Test
    void theyAreOlder() {
        assertThat(version("org.apache.hc.client5")).startsWith("5.4.");
        assertThat(version("org.apache.hc.core5")).startsWith("5.3.");
        assertThat(PackageVersion.VERSION.toString()).startsWith("2.17.");
    }

    @Test
    void whatTheyCanNotDoIsSaidWhenTheConnectionIsBuilt() {
        HttpConnectionBuilder builder =
                HttpConnection.named("Daemon").baseUrl("http://daemon.local").unixSocket(Path.of("service.sock"));

        assertThatThrownBy(builder::build)
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("unixSocket needs Apache HttpClient 5.6");
    }
}
