package io.httpconnector.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.auth.oauth2.AuthorizationCodeFlow;
import io.httpconnector.auth.oauth2.DeviceFlow;
import io.httpconnector.auth.oauth2.OAuth1Flow;
import io.httpconnector.definition.Connector;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Obtains the consent of a user by OAuth, and stores the tokens. */
@Command(
        name = "authorize",
        header = "Authorize a connector by OAuth.",
        description = {
            "Prints a URL to open in a browser, waits for the consent, and stores the tokens in a directory that only"
                    + " you can read. The browser returns to a port of this computer; with --manual, or a redirect URI"
                    + " elsewhere, you paste the URL at which it has arrived.",
            "Services with the device flow show a code to enter on another device instead."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  connector authorize eventbrite.connector.yaml",
            "  connector authorize eventbrite.connector.yaml --redirect-uri http://localhost:8765/callback",
            "  connector authorize eventbrite.connector.yaml --redirect-uri https://app.example.com/callback"
        })
final class AuthorizeCommand extends InstanceCommand {

    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "[::1]");

    @Option(
            names = "--redirect-uri",
            paramLabel = "URI",
            description = "The redirect URI that is registered at the service."
                    + " Default: http://127.0.0.1/callback with any free port.")
    private @Nullable URI redirectUri;

    @Option(names = "--manual", description = "Start no server: paste the URL at which the browser has arrived.")
    private boolean manual;

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            defaultValue = "PT5M",
            description = "How long to wait for the consent. Default: ${DEFAULT-VALUE}.")
    private Duration timeout = Duration.ofMinutes(5);

    AuthorizeCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() {
        Instance instance = instance();
        var context = instance.context();
        if (redirectUri != null) {
            context.redirectUri(redirectUri.toString());
        } else if (manual) {
            context.redirectUri("http://127.0.0.1/callback");
        }
        try (Connector connector = instance.connect(context)) {
            HttpConnection connection = connector.connection();
            Optional<AuthorizationCodeFlow> code = flow(AuthorizationCodeFlow::of, connection);
            Optional<DeviceFlow> device = flow(DeviceFlow::of, connection);
            Optional<OAuth1Flow> oauth1 = flow(OAuth1Flow::of, connection);
            if (code.isPresent()) {
                authorize(code.get());
            } else if (device.isPresent()) {
                var unused = device.get().authorize(this::show);
            } else if (oauth1.isPresent()) {
                authorize(oauth1.get());
            } else {
                terminal().note("No consent is required for this way to authenticate: run \"connector test\".");
                return ExitCode.OK;
            }
        }
        if (isJson()) {
            terminal()
                    .print(JsonNodeFactory.instance
                            .objectNode()
                            .put("authorized", true)
                            .toString());
        }
        terminal()
                .note(terminal().styled("fg(green)", "Authorized. ") + "The tokens are in " + instance.tokensDirectory()
                        + ", readable by you only.");
        return ExitCode.OK;
    }

    /** Returns the flow of a connection; empty if it authenticates in another way. */
    private static <T> Optional<T> flow(Function<HttpConnection, T> factory, HttpConnection connection) {
        try {
            return Optional.of(factory.apply(connection));
        } catch (InvalidDefinitionException e) {
            return Optional.empty();
        }
    }

    private void authorize(AuthorizationCodeFlow flow) {
        if (isManual()) {
            String session = UUID.randomUUID().toString();
            show(flow.start(session));
            var unused = flow.finish(pasted(), session);
        } else {
            var unused = flow.authorize(this::show, timeout);
        }
    }

    private void authorize(OAuth1Flow flow) {
        String session = UUID.randomUUID().toString();
        show(flow.start(session));
        var unused = flow.finish(pasted(), session);
    }

    private boolean isManual() {
        return manual
                || (redirectUri != null
                        && !("http".equals(redirectUri.getScheme())
                                && LOOPBACK.contains(String.valueOf(redirectUri.getHost()))));
    }

    private String pasted() {
        String url = terminal().readLine("Paste the URL at which the browser has arrived: ");
        if (url == null || url.isBlank()) {
            throw new CommandException(ExitCode.USAGE, "the URL of the browser is required");
        }
        return url.strip();
    }

    private void show(URI url) {
        terminal().note("Open this URL in a browser, and consent:");
        if (isJson()) {
            terminal()
                    .printUnmasked(JsonNodeFactory.instance
                            .objectNode()
                            .put("authorizationUrl", url.toString())
                            .toString());
        } else {
            terminal().printUnmasked(url.toString());
        }
    }

    private void show(DeviceFlow.Prompt prompt) {
        if (isJson()) {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            json.put("verificationUri", prompt.verificationUri()).put("userCode", prompt.userCode());
            terminal().print(json.toString());
        } else {
            terminal().print("Open " + prompt.verificationUri() + " and enter the code " + prompt.userCode());
        }
    }
}
