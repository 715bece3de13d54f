package io.httpconnector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.internal.io.OwnerOnlyFiles;
import io.httpconnector.state.StateStore;
import io.httpconnector.wizard.SavedRequest;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Messages name what is wrong, where, and what to do. */
class MessagesTest {

    @TempDir
    Path directory;

    @Test
    void variableThatIsNotSet() {
        assertThatThrownBy(() -> Secret.fromEnv("NO_SUCH_ENV"))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("the environment variable NO_SUCH_ENV is not set");
    }

    @Test
    void fileThatIsNoSavedRequest() throws IOException {
        Path pom = Files.writeString(directory.resolve("pom.xml"), "<?xml version='1.0'?><project/>");
        Path list = Files.writeString(directory.resolve("list.json"), "[]");

        assertThatThrownBy(() -> SavedRequest.load(pom))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("saved request in " + pom)
                .hasMessageContaining("it is XML or HTML: expected JSON with a saved request");
        assertThatThrownBy(() -> SavedRequest.load(list)).hasMessageContaining("saved request in " + list);
        assertThatThrownBy(() -> SavedRequest.load(directory.resolve("none")))
                .hasMessageContaining(directory.resolve("none") + " does not exist");
    }

    @Test
    void directoryThatCanNotBeUsed() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");

        assertThatThrownBy(() -> StateStore.file(file))
                .hasMessageContaining("cannot be used for state: " + file + " is a file, not a directory");
        assertThat(OwnerOnlyFiles.problem(
                        new AccessDeniedException(file.resolve("a/b").toString())))
                .contains(
                        "the user \"" + System.getProperty("user.name") + "\" of this process may not write to " + file)
                .contains("which belongs to \"" + Files.getOwner(file) + "\" (rw")
                .endsWith(": change its owner or permissions, or use another directory");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "401 | true  | <html><head><title> Log  in </title></head><p>x | 401 (\\d+ ms): \"Log in\" (title of an HTML page); the service rejected the credentials",
                "401 | false | no                       | 401 (\\d+ ms): no; the service requires credentials, and the connection has no auth strategy",
                "403 | true  | <HTML><TITLE>Denied</TITLE> | 403 (\\d+ ms): \"Denied\" (title of an HTML page)",
                "500 | true  | <error>broken</error>     | 500 (\\d+ ms): <error>broken</error>",
                "401 | true  | ''                         | 401 (\\d+ ms); the service rejected the credentials"
            })
    void rejectedCredentials(int status, boolean hasAuth, String body, String message) throws Exception {
        String text = body.replace("\\n", "\n");
        try (WirePeer peer = new WirePeer((number, request) ->
                        "HTTP/1.1 " + status + " X\r\nContent-Length: " + text.length() + "\r\n\r\n" + text);
                HttpConnection connection = HttpConnection.named("Service")
                        .baseUrl(peer.url())
                        .retry(RetryPolicy.none())
                        .auth(hasAuth ? request -> request.header("Authorization", "Basic x") : AuthStrategy.none())
                        .build()) {
            assertThatThrownBy(() -> connection.send(Request.get("/")))
                    .isInstanceOf(StatusException.class)
                    .hasMessageMatching("GET " + peer.url() + "/ -> "
                            + message.replace("(title of an HTML page)", "\\(title of an HTML page\\)")
                                    .replace("(\\d+ ms)", "\\(\\d+ ms\\)"));
        }
    }
}
