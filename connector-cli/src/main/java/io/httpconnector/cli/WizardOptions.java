package io.httpconnector.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The entries of the wizard that are given as options, and are not asked for. */
final class WizardOptions {

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "The name of the request in the document, or a title from which it is derived.")
    @Nullable String name;

    @Option(names = "--method", paramLabel = "METHOD", description = "The method. Default: GET, with a body POST.")
    @Nullable String method;

    @Option(names = "--url", paramLabel = "URL", description = "The URL, relative to the base URL or absolute.")
    @Nullable String url;

    @Option(names = "--header", paramLabel = "FIELD", description = "A header field, 'Name: value'; repeatable.")
    List<String> headers = new ArrayList<>();

    @Option(names = "--query", paramLabel = "NAME=VALUE", description = "A query parameter; repeatable.")
    List<String> query = new ArrayList<>();

    @Option(
            names = "--body",
            paramLabel = "TEXT",
            description = "The body: JSON, or what the Content-Type says; @FILE for that of a file, - for the standard"
                    + " input.")
    @Nullable String body;

    @Option(
            names = "--curl",
            paramLabel = "COMMAND",
            description = "Start with this curl command; - for the standard input.")
    @Nullable String curl;

    @Option(
            names = "--pill",
            paramLabel = "NAME=VALUE",
            description = "A value of the sample that becomes a pill, such as order.id=42, or the value of a pill that"
                    + " the request has already; NAME:=JSON for a number, Boolean, list or object.")
    Map<String, String> pill = new LinkedHashMap<>();

    @Option(
            names = "--accept",
            paramLabel = "STATUS",
            description = "A status that is accepted besides 2xx, such as 404; repeatable.")
    List<Integer> accept = new ArrayList<>();

    @Option(
            names = "--list",
            description = "Save a response that is a list as one: with the path of its records, and the pagination that"
                    + " further GET requests, at most 16, have detected.")
    boolean list;

    @Option(
            names = "--trigger",
            paramLabel = "NAME",
            description = "Also add a polling trigger for new and changed records of the list. Implies --list.")
    @Nullable String trigger;

    @Option(names = "--no-schema", description = "Do not save the schema of the response.")
    boolean noSchema;

    @Option(names = "--yes", description = "Ask for nothing: send the sample, and save the request if it is accepted.")
    boolean yes;
}
