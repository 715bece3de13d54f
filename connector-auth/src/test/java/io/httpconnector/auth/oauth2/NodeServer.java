package io.httpconnector.auth.oauth2;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A server that a script of the test resources starts with Node, and that prints its URL. */
record NodeServer(Process process, String url) implements AutoCloseable {

    /**
     * Starts a script.
     *
     * @param modules the directory with {@code node_modules}
     */
    static NodeServer start(String script, String modules, String... arguments) throws IOException, URISyntaxException {
        Path file = Path.of(NodeServer.class.getResource(script).toURI());
        List<String> command = new ArrayList<>(List.of("node", file.toString(), modules));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        String line = output.readLine();
        while (line != null && !line.startsWith("http://")) {
            line = output.readLine();
        }
        if (line == null) {
            process.destroy();
            throw new IOException(script + " printed no URL");
        }
        return new NodeServer(process, line);
    }

    @Override
    public void close() {
        process.destroy();
    }
}
