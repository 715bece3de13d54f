package io.httpconnector.definition.subscription;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * An archive of the classes of a process (class data sharing), which halves the time of its start. Classes in directories cannot
 * be archived: they are copied into JAR files first.
 *
 * @param classPath the class path with JAR files only
 * @param file the archive, which the first process writes when it ends
 */
record ClassArchive(String classPath, Path file) {

    static ClassArchive in(Path directory) throws IOException {
        Files.createDirectories(directory);
        List<String> entries = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path path = Path.of(entry);
            if (Files.isDirectory(path)) {
                Path jar = directory.resolve(entries.size() + ".jar");
                copy(path, jar);
                entries.add(jar.toString());
            } else {
                entries.add(entry);
            }
        }
        return new ClassArchive(String.join(File.pathSeparator, entries), directory.resolve("classes.jsa"));
    }

    private static void copy(Path classes, Path jar) throws IOException {
        try (OutputStream out = Files.newOutputStream(jar);
                ZipOutputStream zip = new ZipOutputStream(out);
                Stream<Path> files = Files.walk(classes)) {
            zip.setLevel(Deflater.NO_COMPRESSION);
            for (Path one : files.filter(Files::isRegularFile).toList()) {
                zip.putNextEntry(new ZipEntry(classes.relativize(one).toString().replace('\\', '/')));
                Files.copy(one, zip);
                zip.closeEntry();
            }
        }
    }

    /** The options of a process: the first one writes the archive, the others read it. */
    List<String> options() {
        String option = Files.exists(file) ? "-XX:SharedArchiveFile=" : "-XX:ArchiveClassesAtExit=";
        return List.of("-Xshare:auto", "-Xlog:disable", "-Xlog:all=error:stderr", option + file, "-cp", classPath);
    }
}
