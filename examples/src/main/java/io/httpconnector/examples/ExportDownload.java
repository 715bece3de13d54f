package io.httpconnector.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * An export that takes longer than its process lives: it is started, awaited across a killed process, and downloaded. Whatever
 * the moment of the kill is, the export is started once.
 */
public final class ExportDownload {

    private static final String MONTH = "2026-11";

    private final PrintStream out;

    ExportDownload(PrintStream out) {
        this.out = out;
    }

    /**
     * Runs the example.
     *
     * @param args none
     * @throws IOException if a process cannot be started
     * @throws InterruptedException if the thread is interrupted
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        boolean unused = new ExportDownload(System.out).run();
    }

    /** Returns whether one export was started, and its file is complete. */
    boolean run() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("exports");
        Path file = directory.resolve(MONTH + ".json");
        try (ExportStandIn service = new ExportStandIn()) {
            out.println("The first process starts the export of " + MONTH + ":");
            int first = runProcess(service, directory, file, true);
            out.println("It was killed, exit code " + first + ". The second process continues:");
            int second = runProcess(service, directory, file, false);
            long size = Files.exists(file) ? Files.size(file) : 0;
            out.println("Exports started: " + service.started() + ", exit code " + second + ", bytes: " + size);
            return service.started() == 1 && second == 0 && size > 0;
        }
    }

    /** Runs a process; one that is to be killed dies while the export is running. */
    private int runProcess(ExportStandIn service, Path directory, Path file, boolean isKilled)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        ExportNode.class.getName(),
                        service.baseUrl(),
                        directory.resolve("state").toString(),
                        MONTH,
                        file.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader output = process.inputReader()) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                out.println(line);
                if (isKilled && line.contains("STARTED") && line.endsWith("%")) {
                    process.destroyForcibly();
                    break;
                }
            }
        }
        return process.waitFor();
    }
}
