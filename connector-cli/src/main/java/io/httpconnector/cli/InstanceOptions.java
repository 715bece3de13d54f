package io.httpconnector.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of commands that need the values and secrets of a customer. */
final class InstanceOptions {

    @Option(
            names = "--strategy",
            paramLabel = "NAME",
            description =
                    "The way to authenticate. Default: that of the values file, or the first one of the document.")
    @Nullable String strategy;

    @Option(
            names = "--values",
            paramLabel = "FILE",
            description = "The values of the inputs. Default: ID.values.yaml, with the ID of the connector.")
    @Nullable Path values;

    @Option(
            names = "--secrets",
            paramLabel = "FILE",
            description = "The secrets. Default: ID.secrets.yaml. A secret may also be in an environment variable:"
                    + " CONNECTOR_ID_NAME in upper case, such as CONNECTOR_JIRA_APITOKEN.")
    @Nullable Path secrets;

    @Option(
            names = "--tokens",
            paramLabel = "DIR",
            description = "The directory of the OAuth tokens. Default: ID.tokens.")
    @Nullable Path tokens;

    @Option(
            names = "--value",
            paramLabel = "NAME=VALUE",
            description = "The value of an input that is not a secret; takes precedence over the file.")
    Map<String, String> value = new LinkedHashMap<>();
}
