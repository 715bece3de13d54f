package io.httpconnector.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.auth.oauth2.AuthorizationCodeFlow;
import io.httpconnector.auth.oauth2.DeviceFlow;
import io.httpconnector.auth.oauth2.OAuth1Flow;
import io.httpconnector.definition.Connector;
import io.httpconnector.internal.text.PercentEncoding;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
            "With the device flow, a code is shown to enter on another device instead. With OAuth 1, you paste the URL"
                    + " at which the browser has arrived, or the code that the service shows."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  connector authorize eventbrite.connector.yaml",
            "  connector authorize eventbrite.connector.yaml --redirect-uri http://localhost:8765/callback",
            "  connector authorize eventbrite.connector.yaml --redirect-uri https://app.example.com/callback"
        })
final class AuthorizeCommand extends InstanceCommand {

    /** The redirect URI of a client without one: RFC 5849, section 2.1. */
    private static final String OUT_OF_BAND = "oob";

    private static final Pattern REQUEST_TOKEN = Pattern.compile("[?&](oauth_token=[^&#]*)");

    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "[::1]");

    @Option(
            names = "--redirect-uri",
            paramLabel = "URI",
            description = "The redirect URI that is registered at the service."
                    + " Default: http://127.0.0.1/callback with any free port; for OAuth 1 oob.")
    private @Nullable URI redirectUri;

    @Option(names = "--manual", description = "Start no server: paste the URL at which the browser has arrived.")
    private boolean manual;

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            defaultValue = "PT5M",
            description =
                    "How long to wait for the browser. Default: ${DEFAULT-VALUE}. A code of the device flow has the"
                            + " lifetime that the service sets.")
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
        } else if (instance.type(instance.strategy(instance.saved())).equals("oauth1")) {
            context.redirectUri(OUT_OF_BAND);
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
            var unused = flow.finish(pasted("the URL at which the browser has arrived"), session);
        } else {
            var unused = flow.authorize(this::show, timeout);
        }
    }

    private void authorize(OAuth1Flow flow) {
        String session = UUID.randomUUID().toString();
        URI page = flow.start(session);
        show(page);
        String entered = pasted("the code that the service shows, or the URL at which the browser has arrived");
        Matcher token = REQUEST_TOKEN.matcher(page.toString());
        boolean isCode = !entered.contains("=") && token.find();
        var unused = flow.finish(
                isCode ? token.group(1) + "&oauth_verifier=" + PercentEncoding.encode(entered) : entered, session);
    }

    private boolean isManual() {
        return manual
                || (redirectUri != null
                        && !("http".equals(redirectUri.getScheme())
                                && LOOPBACK.contains(String.valueOf(redirectUri.getHost()))));
    }

    private String pasted(String what) {
        String text = terminal().readLine("Paste " + what + ": ");
        if (text == null || text.isBlank()) {
            throw new CommandException(ExitCode.USAGE, what + " is required");
        }
        terminal().mask().add(text.strip());
        return text.strip();
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
            prompt.verificationUriComplete().ifPresent(url -> json.put("verificationUriComplete", url));
            terminal().print(json.toString());
        } else {
            terminal().print("Open " + prompt.verificationUri() + " and enter the code " + prompt.userCode());
            prompt.verificationUriComplete().ifPresent(url -> terminal().print("Or open " + url));
        }
        terminal().note("Waiting for the consent, at most " + prompt.lifetime().toMinutes() + " minutes.");
    }
}
