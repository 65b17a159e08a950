#include "host/cli/cli.h"

int main(int argc, char** argv)
{
    return moerate::run_cli(argc, argv);
}
