package io.httpconnector.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Limits the cycles of classes in each module. Packages can be free of cycles while the classes of one package form a single knot. */
class ClassCyclesTest {

    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final int MAX_CLASSES = 6;

    static List<Path> modules() throws IOException {
        try (Stream<Path> folders = Files.list(ROOT)) {
            return folders.filter(folder -> folder.getFileName().toString().startsWith("connector-"))
                    .map(folder -> folder.resolve("target/classes"))
                    .filter(classes -> Files.isDirectory(classes.resolve("io")))
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("modules")
    void classesFormNoLargeCycle(Path module) {
        Map<JavaClass, Set<JavaClass>> dependencies = dependencies(classes(module));
        Map<JavaClass, Set<JavaClass>> reachable = new HashMap<>();
        dependencies.keySet().forEach(type -> reachable.put(type, reachableFrom(type, dependencies)));

        assertThat(dependencies).isNotEmpty();
        for (JavaClass type : dependencies.keySet()) {
            assertThat(reachable.get(type).stream()
                            .filter(other ->
                                    reachable.getOrDefault(other, Set.of()).contains(type))
                            .map(JavaClass::getSimpleName)
                            .sorted())
                    .as("cycle of classes")
                    .hasSizeLessThanOrEqualTo(MAX_CLASSES);
        }
    }

    /** The classes of other modules and libraries are not read: only their names are needed. */
    private static JavaClasses classes(Path module) {
        return ArchConfiguration.withThreadLocalScope(configuration -> {
            configuration.setResolveMissingDependenciesFromClassPath(false);
            return new ClassFileImporter().importPath(module);
        });
    }

    private static Map<JavaClass, Set<JavaClass>> dependencies(JavaClasses classes) {
        Map<JavaClass, Set<JavaClass>> dependencies = new HashMap<>();
        for (JavaClass type : classes) {
            Set<JavaClass> targets = dependencies.computeIfAbsent(topLevel(type), any -> new HashSet<>());
            type.getDirectDependenciesFromSelf().stream()
                    .map(dependency -> topLevel(dependency.getTargetClass().getBaseComponentType()))
                    .filter(target -> target.getPackageName().startsWith("io.httpconnector"))
                    .forEach(targets::add);
        }
        return dependencies;
    }

    private static JavaClass topLevel(JavaClass type) {
        return type.getEnclosingClass().map(ClassCyclesTest::topLevel).orElse(type);
    }

    private static Set<JavaClass> reachableFrom(JavaClass type, Map<JavaClass, Set<JavaClass>> dependencies) {
        Set<JavaClass> reachable = new HashSet<>();
        Deque<JavaClass> pending = new ArrayDeque<>(dependencies.getOrDefault(type, Set.of()));
        while (!pending.isEmpty()) {
            JavaClass next = pending.pop();
            if (reachable.add(next)) {
                pending.addAll(dependencies.getOrDefault(next, Set.of()));
            }
        }
        return reachable;
    }
}
